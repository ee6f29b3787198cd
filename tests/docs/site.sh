#!/bin/sh
# The site of docs/ builds, and cannot be built with a link to nothing: site.sh FOLDER, where it may work. Ends with 77 (skipped)
# where mkdocs is not installed; with FENCELAB_TEST_FULL=1 or CI=true that is a failure.
root="$(cd "$(dirname "$0")/../.." && pwd)" || exit 1
if ! command -v mkdocs >/dev/null; then
  echo "docs: mkdocs is not installed; ./dev setup docs installs it"
  if [ "${CI:-}" = true ] || [ "${FENCELAB_TEST_FULL:-}" = 1 ]; then exit 1; fi
  exit 77
fi
copy="$1/docs-copy"
export PYTHONDONTWRITEBYTECODE=1

fail() { echo "docs: $1"; exit 1; }

# A copy of the tree with one page more, which says $1; ends as mkdocs does, whose words are in $copy.log.
build_with() {
  rm -rf "$copy" && mkdir -p "$copy/docs/decisions" || exit 1
  cp -R "$root/docs" "$root/mkdocs.yml" "$copy/" || exit 1
  for beside in "$root"/*; do
    case "${beside##*/}" in docs | mkdocs.yml | build*) ;; *) ln -s "$beside" "$copy/" ;; esac
  done
  printf '# A page\n\n%s\n' "$1" >"$copy/docs/decisions/zzz.md"
  mkdocs build --quiet --strict -f "$copy/mkdocs.yml" >"$copy.log" 2>&1
}

build_with '[fine](../guide/trust.md), [beside](../../LICENSE), [a page beside](../../README.md)' || { cat "$copy.log"; fail "the site does not build"; }
[ -f "$copy/build/docs/tree/LICENSE" ] && [ -f "$copy/build/docs/tree/README.md.txt" ] || fail "a file beside docs/ that a page links to is not in the site"
[ ! -e "$copy/build/docs/site/hooks.py" ] || fail "hooks.py is in the site"
grep -q 'window.search_index' "$copy/build/docs/search/search_index.js" || fail "the search has no index for pages on a disk"
build_with '[no page](../guide/nothing.md)' && fail "a link to no page goes unnoticed"
build_with '[no file](../../NOTHING)' && fail "a link to no file goes unnoticed"
build_with '[no heading](../guide/trust.md#nothing)' && fail "a link to no heading goes unnoticed"
grep -q 'zzz.html links to ../guide/trust.html#nothing' "$copy.log" || fail "a link to no heading is not named"
build_with '![foreign](https://example.org/x.png)' && fail "a picture from a network goes unnoticed"
rm -rf "$copy/docs/decisions/zzz.md"
echo '# Lost' >"$copy/docs/lost.md"
mkdocs build --quiet --strict -f "$copy/mkdocs.yml" >"$copy.log" 2>&1 && fail "a page that is not in the navigation goes unnoticed"
grep -q 'lost.md' "$copy.log" || fail "a page that is not in the navigation is not named"
rm -rf "$copy" "$copy.log"
echo "docs: the site builds; mistakes in it are found"
