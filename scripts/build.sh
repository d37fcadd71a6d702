#!/usr/bin/env bash
# Builds the program for running and testing, and says what takes so long the first time.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

if [ ! -x "$program" ]; then
  say "Building the program. The first time takes about 6 minutes on two cores, after that seconds."
  say "Het programma wordt gebouwd. Eerste keer bouwen duurt ongeveer 6 minuten, daarna seconden."
fi
cargo build --locked
