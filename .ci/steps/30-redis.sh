# The tests that talk to a real Redis.
source "$root/.ci/lib.sh"
need redis-server redis-server
folder=$(mktemp -d)
port=$(free_port)
redis-server --port "$port" --bind 127.0.0.1 --dir "$folder" --save '' --daemonize no >"$folder/log" &
redis=$!
trap 'kill $redis; rm -rf "$folder"' EXIT
for _ in $(seq 50); do redis-cli -p "$port" ping 2>/dev/null | grep -q PONG && break; sleep 0.1; done
REDIS_URL=redis://127.0.0.1:$port node bin/check.mjs $(find src test -name '*.redis.test.ts' | sort)
