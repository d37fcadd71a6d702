#!/usr/bin/env bash
# Builds what changed and serves a demonstration region. PORT chooses another port than 8080.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

port=${PORT:-8080}
scripts/needs.sh
scripts/assets.sh
scripts/build.sh
say "Open http://127.0.0.1:$port/ in your browser; Ctrl+C stops."
say "Open http://127.0.0.1:$port/ in uw browser; stoppen met Ctrl+C."
# A heap for each thread is more than it needs; see "Size" in docs/operating.md.
export MALLOC_ARENA_MAX=2
exec "$program" serve --demo --listen "127.0.0.1:$port"
