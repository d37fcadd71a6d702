#!/usr/bin/env bash
# Runs a command with two filled databases to copy: each test takes its own copy, which is much quicker than
# migrating and filling one. Needs the built program, and TEST_POSTGRES_URL from with-postgres.sh.
#
#   scripts/with-postgres.sh scripts/test-databases.sh COMMAND...
#
# The command finds in its environment:
#   TEST_SQLITE_TEMPLATE     path of a SQLite file
#   TEST_POSTGRES_TEMPLATE   name of a database on the server of TEST_POSTGRES_URL
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "Use: scripts/with-postgres.sh scripts/test-databases.sh COMMAND..."
[ -n "${TEST_POSTGRES_URL:-}" ] || die "TEST_POSTGRES_URL is not set; start this through scripts/with-postgres.sh."
[ -x "$program" ] || die "The program is not built; run scripts/build.sh first."

# A moment in the past that stays the same, so that every run sees the same data.
at=2026-11-21T09:00:00Z
work=$target_dir/test
template=template_demo

# What the tests seal their secrets with; tests/support/mod.rs has the same.
secret_key="a key for tests, of more than thirty-two characters"

# fill URL. The sign-ins it prints are of no use: tests make their own.
fill() {
  DATABASE_URL=$1 SECRET_KEY=$secret_key "$program" seed --demo --without-cases --at "$at" >/dev/null
}

say "Filling the test databases"
mkdir -p "$work"
rm -f "$work"/template.sqlite*

fill "sqlite://$work/template.sqlite"
# Tests copy the file alone, so nothing may be left beside it.
[ ! -s "$work/template.sqlite-wal" ] || die "The SQLite template has an unfinished write-ahead log."

psql "$TEST_POSTGRES_URL" -X -q -v ON_ERROR_STOP=1 -c "CREATE DATABASE $template"
fill "${TEST_POSTGRES_URL%/*}/$template"

export TEST_SQLITE_TEMPLATE=$work/template.sqlite
export TEST_POSTGRES_TEMPLATE=$template
exec "$@"
