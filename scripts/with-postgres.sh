#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, and removes the server afterwards, whatever happens.
#
#   scripts/with-postgres.sh COMMAND...
#
# The command finds TEST_POSTGRES_URL in its environment, and psql of the same version first in its PATH. The server
# takes a free port, so it does not meet one that is already running. It trades safety for speed, and keeps its files
# in memory where there is room for them: for tests only. TMPDIR of the command lies beside them, and goes with them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ $# -gt 0 ] || die "Use: scripts/with-postgres.sh COMMAND..."
bin=$(find_postgres) || die "PostgreSQL is not installed; scripts/needs.sh test says how to get it."

child=
data=

# PostgreSQL refuses to run as root, so then everything of the server belongs to the user postgres.
as_owner() {
  if is_root; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

clean_up() {
  trap '' INT TERM HUP
  if [ -n "$data" ]; then
    (cd "$data" && as_owner "$bin/pg_ctl" -D "$data/db" -m immediate -w stop >/dev/null 2>&1) || true
    rm -rf "$data"
  fi
}

# The command has a process group of its own, so that stopping also reaches what it started.
stop_on() {
  trap '' INT TERM HUP
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  exit "$1"
}

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

# Copying a template is files, hundreds of them: in memory that takes a third of the time.
roomy_folder() {
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || free=0
  if [ -w /dev/shm ] && [ "$free" -ge 2097152 ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

make_data() {
  data=$(mktemp -d "$(roomy_folder)/pg-test.XXXXXX")
  if is_root; then
    id postgres >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin postgres
    chown postgres "$data"
  fi
  # The server and its clients must be able to enter their current folder, and root's may be closed to them.
  (cd "$data" && as_owner "$bin/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --no-locale --wal-segsize=1 \
    -D "$data/db" >"$data/initdb.log" 2>&1) || {
    cat "$data/initdb.log" >&2
    die "initdb failed; what it said is above."
  }
}

# Another program may take the port between choosing and using it, hence a few attempts.
start_server() {
  local attempt
  for attempt in 1 2 3 4 5; do
    port=$(free_port)
    if (cd "$data" && as_owner "$bin/pg_ctl" -D "$data/db" -w -t 60 -l "$data/db/server.log" -o "-p $port \
      -c listen_addresses=127.0.0.1 -c unix_socket_directories='$data' -c max_connections=200 -c fsync=off \
      -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c jit=off" start >/dev/null 2>&1); then
      return 0
    fi
  done
  cat "$data/db/server.log" >&2 || true
  die "PostgreSQL did not start after $attempt attempts; its log is above."
}

trap clean_up EXIT
trap 'stop_on 129' HUP
trap 'stop_on 130' INT
trap 'stop_on 143' TERM

make_data
start_server
# The databases of SQLite that tests make wait for the disk at every commit, and so do the profiles of browsers.
export TMPDIR=$data/tmp
mkdir -m 700 "$TMPDIR"
export TEST_POSTGRES_URL=postgres://postgres@127.0.0.1:$port/postgres
export PATH=$bin:$PATH

set -m
"$@" <&0 &
child=$!
set +m
status=0
wait "$child" || status=$?
exit "$status"
