#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL server: with-postgres.sh CMD [ARG…]
#
# The server lives in a temporary directory, listens on a free port of 127.0.0.1 and is stopped and removed when the
# command ends, however it ends. The command finds it in TEST_DATABASE_URL. Its exit code is this script's exit code.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: with-postgres.sh CMD [ARG…]" >&2; exit 2; }

bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || bin=$(command -v initdb) || true
[ -n "$bin" ] || { echo "with-postgres.sh: no PostgreSQL server found; run scripts/setup.sh" >&2; exit 1; }
bin=$(dirname "$bin")

# initdb refuses to run as root; Debian's package brings the account it wants.
as_owner=()
[ "$(id -u)" -ne 0 ] || as_owner=(runuser -u postgres --)

home=$(mktemp -d "${TMPDIR:-/tmp}/qunyan-pg.XXXXXX")
started=no
cleanup() {
  trap - EXIT INT TERM
  if [ "$started" = yes ]; then
    "${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  rm -rf "$home"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Other accounts of this machine can reach the port, so even a throw-away server has a password.
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$home/password"
[ "$(id -u)" -ne 0 ] || chown -R postgres "$home"
cd "$home" # the owner may be unable to enter the caller's directory, and the PostgreSQL tools complain of that

"${as_owner[@]}" "$bin/initdb" -D "$home/data" -U postgres -E UTF8 --locale=C.UTF-8 -A scram-sha-256 \
  --pwfile="$home/password" --no-sync >"$home/initdb.log" 2>&1 || { cat "$home/initdb.log" >&2; exit 1; }

# fsync is off because nobody wants this data after a power cut (DURABLE=1 turns it on, to measure); synchronous_commit
# stays on because it is part of the path a commit takes in production. 200 connections: every test package opens pools of its own.
sync=off
[ "${DURABLE:-0}" = 0 ] || sync=on
"${as_owner[@]}" tee -a "$home/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$home'
max_connections = 200
shared_buffers = 256MB
synchronous_commit = on
fsync = $sync
full_page_writes = $sync
autovacuum_naptime = 10s
log_min_messages = fatal
log_min_error_statement = panic
CONF

# Nobody can reserve a port for another program: try one, and another if it was taken.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  port=$((20000 + RANDOM % 12000))
  if "${as_owner[@]}" "$bin/pg_ctl" -D "$home/data" -o "-p $port" -l "$home/server.log" -w -t 60 start >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ "$started" = yes ] || { cat "$home/server.log" >&2; exit 1; }

cd "$OLDPWD"
export TEST_DATABASE_URL="postgres://postgres:$password@127.0.0.1:$port/postgres?sslmode=disable"
"$@" && code=0 || code=$?
exit "$code"
