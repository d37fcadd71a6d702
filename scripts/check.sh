#!/usr/bin/env bash
# The quick checks before a pull request: format, lints and the syntax of the scripts.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/needs.sh
# The program takes static/ in while it compiles.
scripts/assets.sh
for script in scripts/*.sh .ci/run; do
  bash -n "$script"
done
for script in web/build.mjs web/js/*.js; do
  node --check "$script"
done
cargo fmt --all --check
cargo clippy --locked --workspace --all-targets -- -D warnings
