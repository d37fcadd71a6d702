#!/usr/bin/env bash
# Measures speed and memory and prints them beside their limits.
# Takes the names of measures: http, searching, matching, open_list, crisis_board, crisis_report, growth, saving, starting,
# memory, assignment. Without: all of them. `assignment` alone needs nothing but Rust and Python; without Python it is passed
# over when everything is measured.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Settings of somebody's own server must not reach the measures.
unset BESCHIKBAARHEIDSWIJZER_CONFIG DATABASE_URL LISTEN PUBLIC_URL

# The solver beside OR-Tools, which comes into a folder of its own under the target folder.
assignment() {
  local venv=$target_dir/or-tools
  have python3 || die "Python 3 is missing, in which OR-Tools is compared with. On Debian: apt-get install python3-venv"
  if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import ortools' 2>/dev/null; then
    say "Fetching OR-Tools"
    python3 -m venv "$venv" || die "Python cannot make a folder for OR-Tools. On Debian: apt-get install python3-venv"
    "$venv/bin/python" -m pip install --quiet 'ortools==9.15.6755' ||
      die "OR-Tools is not to be had: the Python package index cannot be reached, or has none for this Python."
  fi
  cargo build --locked --release -p rules --example toewijzen
  say "Comparing with OR-Tools, some five minutes"
  "$venv/bin/python" scripts/assignment.py "$target_dir/release/examples/toewijzen" "$target_dir/tmp/assignment"
}

if [ "$*" = assignment ]; then
  assignment
  exit
fi

scripts/needs.sh
scripts/assets.sh
say "Building with all optimisations, about a quarter of an hour the first time"
result=0
cargo bench --locked --bench speed -- "$@" || result=$?
if [ $# -eq 0 ] && have python3; then
  assignment || result=$?
fi
exit "$result"
