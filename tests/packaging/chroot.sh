# Sourced by the scripts that need a machine with nothing on it: Debian 12 in a folder, by debootstrap. Needs root.
#   MIRROR      where packages come from (default: http://deb.debian.org/debian)
#   BASE        a folder with a bare Debian 12 that is copied instead of fetched, if it is there; else it is made
: "${MIRROR:=http://deb.debian.org/debian}"
: "${BASE:=${TMPDIR:-/var/tmp}/fencelab-debian-12}"

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }
say() { printf '\n== %s\n' "$*"; }

# make_machine FOLDER: a bare Debian 12 there.
make_machine() {
  [ "$(id -u)" = 0 ] || fail "this needs root, for debootstrap and chroot"
  command -v debootstrap >/dev/null || fail "debootstrap is missing (apt-get install debootstrap)"
  if [ ! -e "$BASE/etc/debian_version" ]; then
    say "debootstrap of Debian 12 into $BASE, from $MIRROR"
    debootstrap --variant=minbase bookworm "$BASE" "$MIRROR" >"$BASE.log" 2>&1 ||
      { tail -n 5 "$BASE.log" >&2; fail "debootstrap failed; is the mirror reachable? (MIRROR=...)"; }
  fi
  mkdir -p "$1"
  cp -a "$BASE/." "$1/"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  printf 'deb %s bookworm main\n' "$MIRROR" >"$1/etc/apt/sources.list"
}

# on_machine FOLDER USER COMMAND: in a login shell of that user. What it starts and mounts is gone when it ends.
on_machine() {
  unshare --mount --pid --fork --kill-child -- sh -c '
    mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" && mkdir -p "$0/dev/pts" &&
      mount -t devpts -o ptmxmode=0666,mode=0620,gid=5 devpts "$0/dev/pts" && exec chroot "$0" su -l "$1" -c "$2"' "$@"
}
