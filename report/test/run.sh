#!/bin/sh
# Runs a test of the web part: run.sh bundle|browser. Ends with 77 (skipped) and says why where Node.js, the
# packages or Chromium are not installed; with FENCELAB_TEST_FULL=1 or CI=true that is a failure.
cd "$(dirname "$0")/.." || exit 1

missing() {
  echo "report: $1; ./dev setup report installs it"
  if [ "${CI:-}" = true ] || [ "${FENCELAB_TEST_FULL:-}" = 1 ]; then exit 1; fi
  exit 77
}

command -v node >/dev/null || missing "Node.js is not installed"
[ -d node_modules ] || missing "the packages of report/package-lock.json are not installed"
case "$1" in
  bundle) exec node build.mjs --check ;;
  browser)
    FENCELAB_CHROMIUM="${FENCELAB_CHROMIUM:-$(command -v chromium)}"
    export FENCELAB_CHROMIUM
    [ -n "$FENCELAB_CHROMIUM" ] || missing "Chromium is not installed"
    exec node --test test/browser.test.mjs
    ;;
esac
echo "usage: run.sh bundle|browser"
exit 63
