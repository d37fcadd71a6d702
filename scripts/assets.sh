#!/usr/bin/env bash
# Makes static/ from web/ and the npm packages, only when one of them changed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# npm writes this file last, so it is there and new only after a complete installation.
installed=node_modules/.package-lock.json
# Kept outside static/, because everything in there goes into the program.
stamp=node_modules/.assets-built

if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ] || [ package.json -nt "$installed" ]; then
  say "Fetching the web packages from npm (about half a minute) / Webpakketten ophalen (ongeveer een halve minuut)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  # npm keeps the times of an unchanged file.
  touch "$installed"
  rm -f "$stamp"
fi

if [ ! -e "$stamp" ] || [ ! -e static/app.css ] || [ -n "$(find web -newer "$stamp" -print | head -n 1)" ]; then
  node web/build.mjs >&2
  touch "$stamp"
fi
