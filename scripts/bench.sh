#!/usr/bin/env bash
# Measures speed and memory and prints them beside their limits.
# Takes the names of measures: http, searching, matching, growth, saving, starting, memory. Without: all of them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Settings of somebody's own server must not reach the measures.
unset BESCHIKBAARHEIDSWIJZER_CONFIG DATABASE_URL LISTEN PUBLIC_URL

scripts/needs.sh
scripts/assets.sh
say "Building with all optimisations, about a quarter of an hour the first time"
exec cargo bench --locked --bench speed -- "$@"
