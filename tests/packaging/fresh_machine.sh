#!/bin/sh
# usage: fresh_machine.sh [root|user ...] [-- COMMAND]: the two commands of the README on a bare Debian 12 with nothing but a checkout, as
# root and as an ordinary user with sudo, each on a machine of its own. Takes as long as a first build with all tests, twice, and 10 GB
# each. COMMAND is run instead of the two. See chroot.sh for its settings.
set -eu
. "$(dirname "$0")/chroot.sh"
source=$(cd "$(dirname "$0")/../.." && pwd)
users="" commands="./dev demo && ./dev test"
while [ $# -gt 0 ]; do
  case $1 in
    root | user) users="$users $1" ;;
    --) shift; commands="$*"; break ;;
    *) fail "usage: fresh_machine.sh [root|user ...] [-- COMMAND]" ;;
  esac
  shift
done
machine=""
trap 'rm -rf --one-file-system "$machine"' EXIT

for user in ${users:-root user}; do
  machine=$(mktemp -d "${TMPDIR:-/var/tmp}/fencelab-machine-XXXXXX")
  make_machine "$machine"
  if [ "$user" = user ]; then
    on_machine "$machine" root "apt-get -qq update && apt-get -qq -y --no-install-recommends install sudo >/dev/null 2>&1 &&
      useradd --create-home --shell /bin/bash user && echo 'user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/user"
  fi
  home=$(on_machine "$machine" "$user" pwd)
  # What is committed, as a checkout of it: with its history, without what was built here.
  git -c safe.directory='*' clone --quiet --no-hardlinks "file://$source" "$machine$home/fencelab"
  on_machine "$machine" root "chown -R $user: $home/fencelab"
  say "as $user: $commands"
  on_machine "$machine" "$user" "cd fencelab && $commands" || fail "as $user: it ended with $?"
  rm -rf --one-file-system "$machine"
done
say "fresh_machine.sh: it works as${users:- root user}"
