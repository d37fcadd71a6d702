#!/usr/bin/env bash
# Fuzzes every reader of what comes in from outside: changes bytes, follows the path they take, and keeps what takes a
# new one. What it learned stays in target/fuzz/corpus, so that a next run goes on where this one was.
#
#   scripts/fuzz.sh [SECONDS] [DOOR...]     seconds for each door (180); the doors are in tests/endurance/doors.rs
set -euo pipefail
. "$(dirname "$0")/lib.sh"

seconds=${1:-180}
shift || true
[ $# -gt 0 ] || set -- json query csv token cookie text problem_file problem changes

command -v c++ >/dev/null || die "A C++ compiler is missing, for the fuzzer. On Debian: apt-get install g++"
host=$(rustc -vV | sed -n 's/^host: //p')
root=$target_dir/fuzz

say "Building the fuzzer / De fuzzer wordt gebouwd"
# The places to follow, counted as the fuzzer expects; only for the program, not for what runs while building.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=16"
cargo build --manifest-path fuzz/Cargo.toml --target "$host" --target-dir "$root"
fuzzer=$root/$host/debug/fuzz

# fuzz DOOR SECONDS
fuzz() {
  local corpus=$root/corpus/$1 found=$root/found/$1
  mkdir -p "$corpus" "$found"
  DOOR=$1 SEEDS=$corpus "$fuzzer" "$corpus" -max_total_time="$2" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$found/" -print_final_stats=1 -verbosity=0 2>"$found/log"
}

if fuzz broken 60; then
  die "The fuzzer did not find the fault that was planted, so what it does not find says nothing."
fi
say "The planted fault is found"
for door in "$@"; do
  say "Fuzzing $door for $seconds seconds"
  fuzz "$door" "$seconds" || {
    tail -n 30 "$root/found/$door/log" >&2
    die "The door $door has a fault; what showed it is in $root/found/$door."
  }
  sed -n 's/^stat::number_of_executed_units: */  tried: /p' "$root/found/$door/log"
done
