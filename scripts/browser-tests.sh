#!/usr/bin/env bash
# Runs the browser tests against the built program. What is given goes to Node, such as --test-name-pattern=journey.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

suite=tests/browser/run.mjs
if [ ! -e "$suite" ]; then
  say "There are no browser tests ($suite does not exist)"
  exit 0
fi
CHROMIUM=$(find_chromium) || die "Chromium is not installed; scripts/needs.sh test says how to get it."
export CHROMIUM
export BIN=$program
exec node --test-reporter=spec "$@" "$suite"
