#!/usr/bin/env bash
# Tries very often what `make test` tries a few times. A part that was stopped, or that was not ready after 25 minutes,
# goes on where it was, unless something was built anew.
#
#   scripts/endurance.sh PART...   or `all`; without a part: the list
#   MINUTES=10 scripts/endurance.sh PART   another limit
set -euo pipefail
. "$(dirname "$0")/lib.sh"

parts="kills crisis_kills mail_kills stale races crisis_races outages full mails restores clock slow tokens roles injections resets imports upgrades soak fsync changes attack fuzz"

# Those whose tests have no rounds, and so leave no word of how far they are.
without_rounds="slow tokens roles resets soak fsync changes attack fuzz"

[ $# -gt 0 ] && [ -n "$1" ] || die "Say which part: make endurance PART=... with one or more of: $parts, or all"
[ "$1" != all ] || set -- $parts

# What the test of a part is called, for nextest.
filter() {
  case $1 in
    kills) echo 'test(/^endurance::kills/)' ;;
    crisis_kills) echo 'test(/^endurance::crisis_kills/)' ;;
    stale) echo 'test(/^endurance::stale_edits/)' ;;
    races) echo 'test(/^endurance::races/)' ;;
    crisis_races) echo 'test(/^endurance::crisis_races/)' ;;
    outages) echo 'test(/^endurance::outages/) and not test(full_disk)' ;;
    full) echo 'test(/^endurance::outages::.*full_disk/)' ;;
    mail_kills) echo 'test(/^endurance::mail_kills/)' ;;
    mails) echo 'test(/^outbox::/)' ;;
    restores) echo 'test(/^backup::/)' ;;
    clock) echo 'test(/^endurance::clock/)' ;;
    slow) echo 'test(/^endurance::slow_clients/)' ;;
    tokens) echo 'test(/^api::forged/)' ;;
    roles) echo 'test(/^roles::/)' ;;
    injections) echo 'test(/^endurance::inject/)' ;;
    resets) echo 'test(/^endurance::resets/)' ;;
    imports) echo 'test(/^exchange::/)' ;;
    upgrades) echo 'test(/^endurance::upgrades/)' ;;
    soak) echo 'test(/^endurance::soak/)' ;;
    fsync) echo 'test(/^endurance::fsync/)' ;;
    changes) echo 'test(a_million_changes)' ;;
    attack) echo 'test(/^disclosure::/)' ;;
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

export ENDURANCE=1
progress=$target_dir/tmp/endurance
unready=
for part in "$@"; do
  say "Endurance: $part"
  export ENDURANCE_UNTIL=$(($(date +%s) + 60 * ${MINUTES:-25}))
  if [ "$part" = fuzz ]; then
    scripts/fuzz.sh
    continue
  fi
  if [ "$part" = changes ]; then
    cargo nextest run --locked -p rules --profile endurance --run-ignored only -E "$(filter "$part")"
    continue
  fi
  if [ "$part" = attack ]; then
    ATTACKED_TABLES=${ATTACKED_TABLES:-1000} cargo nextest run --locked -p rules --profile endurance -E "$(filter "$part")"
    continue
  fi
  cargo nextest run --locked -p beschikbaarheidswijzer --profile endurance --run-ignored all -E "$(filter "$part")"
  case " $without_rounds " in *" $part "*) continue ;; esac
  # Each database leaves a file whose first line says how far it is.
  compgen -G "$progress/$part-*" >/dev/null || die "The part $part left no word of how far it is: nothing was tried."
  if [ -n "$(grep -sLx done "$progress/$part"-* || true)" ]; then
    unready="$unready $part"
  else
    rm -f "$progress/$part"-*
  fi
done
[ -z "$unready" ] || die "The time was up; the same command goes on where this one was:$unready"
