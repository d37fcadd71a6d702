#!/usr/bin/env bash
# All tests: in a browser, and in Rust on SQLite and PostgreSQL. The summary of the Rust tests comes last.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Settings of somebody's own server must not reach the tests.
unset BESCHIKBAARHEIDSWIJZER_CONFIG DATABASE_URL LISTEN PUBLIC_URL

if [ "${1:-}" != --databases-are-there ]; then
  scripts/needs.sh test
  scripts/assets.sh
  scripts/build.sh
  say "Building the tests / De tests worden gebouwd"
  cargo nextest run --locked --workspace --no-run
  exec scripts/with-postgres.sh scripts/test-databases.sh scripts/test.sh --databases-are-there
fi

# Beside each other: a browser waits for pages and a test for its database, and both for their own processor otherwise.
# The tests run in a process group of their own, which may not read the keyboard.
log=$target_dir/test/rust.log
say "Rust tests, in the background; what they say comes after the browser tests"
NEXTEST_NO_INPUT_HANDLER=1 cargo nextest run --locked --workspace >"$log" 2>&1 &
pid=$!

browser=0
say "Browser tests"
scripts/browser-tests.sh || browser=$?
[ "$browser" -eq 0 ] || say "The browser tests FAILED, see above. The Rust tests still follow."

rust=0
wait "$pid" || rust=$?
say "Rust tests"
cat "$log"

[ "$browser" -eq 0 ] || exit "$browser"
exit "$rust"
