#!/usr/bin/env bash
# Tries very often what `make test` tries a few times. A part that was stopped goes on where it was.
#
#   scripts/endurance.sh PART...   or `all`; without a part: the list
set -euo pipefail
. "$(dirname "$0")/lib.sh"

parts="kills stale races outages full mails restores clock slow tokens roles injections imports upgrades soak fsync fuzz"

[ $# -gt 0 ] && [ -n "$1" ] || die "Say which part: make endurance PART=... with one or more of: $parts, or all"
[ "$1" != all ] || set -- $parts

# What the test of a part is called, for nextest.
filter() {
  case $1 in
    kills) echo 'test(/^endurance::kills/)' ;;
    stale) echo 'test(/^endurance::stale_edits/)' ;;
    races) echo 'test(/^endurance::(crisis_)?races/)' ;;
    outages) echo 'test(/^endurance::outages/) and not test(full_disk)' ;;
    full) echo 'test(/^endurance::outages::a_full_disk/)' ;;
    mails) echo 'test(/^outbox::/)' ;;
    restores) echo 'test(/^backup::/)' ;;
    clock) echo 'test(/^endurance::clock/)' ;;
    slow) echo 'test(/^endurance::slow_clients/)' ;;
    tokens) echo 'test(/^api::forged/)' ;;
    roles) echo 'test(/^roles::/)' ;;
    injections) echo 'test(/^endurance::injections/)' ;;
    imports) echo 'test(/^exchange::/)' ;;
    upgrades) echo 'test(/^endurance::upgrades/)' ;;
    soak) echo 'test(/^endurance::soak/)' ;;
    fsync) echo 'test(/^endurance::fsync/)' ;;
    fuzz) echo fuzz ;;
    *) die "There is no part $1; there are: $parts" ;;
  esac
}

for part in "$@"; do filter "$part" >/dev/null; done
[ "${ENDURANCE_READY:-}" = 1 ] || {
  scripts/needs.sh test
  scripts/assets.sh
  scripts/build.sh
  cargo nextest run --locked -p beschikbaarheidswijzer --no-run
  export ENDURANCE_READY=1
  exec scripts/with-postgres.sh scripts/test-databases.sh scripts/endurance.sh "$@"
}

export ENDURANCE=1 MAILS_PER_FAULT=1250 ENDURANCE_N=10000
for part in "$@"; do
  say "Endurance: $part"
  if [ "$part" = fuzz ]; then
    scripts/fuzz.sh
    continue
  fi
  cargo nextest run --locked -p beschikbaarheidswijzer --profile endurance --run-ignored all -E "$(filter "$part")"
done
