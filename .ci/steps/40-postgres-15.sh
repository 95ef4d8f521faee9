# The PostgreSQL tests once more, on the oldest PostgreSQL that is promised: Debian 12's, or what the machine has.
source "$root/.ci/lib.sh"
need /usr/lib/postgresql postgresql
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | head -1)
"$bin/postgres" --version
folder=$(mktemp -d)
chown postgres "$folder"
port=$(free_port)
as_postgres() { runuser -u postgres -- env LC_ALL=C.UTF-8 "$@"; }
as_postgres "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --no-sync >/dev/null
as_postgres "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c jit=off" start >/dev/null
trap 'as_postgres "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null; rm -rf "$folder"' EXIT
# Not those that run the embedded one.
TEST_DATABASE_URL=postgres://postgres@127.0.0.1:$port/postgres \
  node bin/check.mjs $(find src test simulators -name '*.pg.test.ts' | grep -v -e embedded -e end-to-end/start | sort)
