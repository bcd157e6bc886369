#!/bin/sh
# A private PostgreSQL cluster for tests and measurements, on a free port of 127.0.0.1.
#
#   postgres.sh [durable]
#
# Prints `ready <url without a database> <pid of the postmaster>`, then obeys lines on standard input and
# answers each with `done` or `failed`:
#   create NAME [TEMPLATE]   a database          stop   as if the machine lost power          start   again
#   sql NAME STATEMENT       in a database
# When standard input ends, however its owner ended, the cluster is stopped and deleted. That is why this is a
# script and not a library: it outlives a test run that was killed, for as long as it takes to tidy up.
# `durable` keeps every setting that protects data; without it the cluster does not wait for the disk.
set -eu
trap '' INT HUP TERM

say() { printf '%s\n' "$1"; }
give_up() { printf 'postgres.sh: %s\n' "$1" >&2; exit 69; }

programs=''
for found in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V) "$(dirname "$(readlink -f "$(command -v initdb || echo /none)")")"; do
  if [ -x "$found/initdb" ] && [ -x "$found/postgres" ]; then programs=$found; fi
done
[ -n "$programs" ] || give_up 'PostgreSQL is not installed (no initdb): cargo xtask test installs it on Debian'

# The server refuses to run as root, so that another owner is looked for.
owner=''
if [ "$(id -u)" = 0 ]; then
  owner=nobody
  if id postgres >/dev/null 2>&1; then owner=postgres; fi
fi
as_owner() {
  if [ -n "$owner" ]; then setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@"; else "$@"; fi
}

where=/tmp
# Without synchronous_commit, `stop` would lose what was acknowledged; without fsync it costs next to nothing.
settings='-c fsync=off -c full_page_writes=off'
if [ "${1:-}" = durable ]; then where=/var/tmp; settings='-c shared_buffers=128MB'; fi
folder=$(mktemp -d "$where/vouchsafe-postgres.XXXXXX")
if [ -n "$owner" ]; then chown "$owner" "$folder"; fi
cd "$folder"

control() { as_owner "$programs/pg_ctl" --pgdata="$folder/data" --silent "$@" >/dev/null 2>&1; }
tidy_up() {
  control stop --mode=immediate || true
  cd / && rm -rf "$folder"
}
trap tidy_up EXIT

as_owner "$programs/initdb" --pgdata="$folder/data" --username=vouchsafe --auth=trust --encoding=UTF8 --locale=C \
  --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; give_up 'initdb failed'; }

# Ports below the range that the system hands out by itself; the next one is tried when one is taken.
port=$((10000 + $$ % 20000))
start() {
  control start --wait --log="$folder/data/server.log" \
    --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200 $settings"
}
tries=1
until start; do
  [ "$tries" -lt 20 ] || { cat "$folder/data/server.log" >&2; give_up 'the cluster does not start'; }
  tries=$((tries + 1))
  port=$((port + 7))
done

say "ready postgres://vouchsafe@127.0.0.1:$port $(head -n 1 "$folder/data/postmaster.pid")"

create() {
  "$programs/createdb" --host=127.0.0.1 --port="$port" --username=vouchsafe --no-password ${2:+--template="$2"} "$1"
}
statement() {
  "$programs/psql" --host=127.0.0.1 --port="$port" --username=vouchsafe --no-password --no-psqlrc --quiet \
    --set=ON_ERROR_STOP=1 --dbname="$1" --command="$2" >/dev/null
}
while read -r verb name template; do
  answer=failed
  case $verb in
    sql) if statement "$name" "$template"; then answer=done; fi ;;
    create) if create "$name" "$template"; then answer=done; fi ;;
    stop) if control stop --mode=immediate; then answer=done; fi ;;
    start) if start; then answer=done; fi ;;
  esac
  say "$answer"
done
