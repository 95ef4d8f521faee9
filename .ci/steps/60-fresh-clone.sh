# A newcomer: clone, npm start, the README's curl lines, kill -9, start again. As root in a folder nobody else can enter,
# and as an ordinary user in a path with a space.
source "$root/.ci/lib.sh"
SECONDS=0
passed=0
failed=0
check() { # what, command…
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "✔ $what (${SECONDS} s)"
  else
    failed=$((failed + 1))
    echo "✖ $what"
  fi
}
curl_lines() { sed -n 's/^curl /curl -f /p' README.md | sed "s#http://localhost:8000#http://localhost:$port#"; }
run_curl_lines() { curl_lines | while IFS= read -r line; do bash -c "$line" | grep -q '"resourceType":"\(Patient\|Bundle\)"' || { echo "$line"; exit 1; }; done; }
patients() { curl -sf "http://localhost:$port/fhir/Patient?_summary=count" | sed 's/.*"total":\([0-9]*\).*/\1/'; }
# The program itself, not npm or the wrapper in bin/.
server_pid() { pgrep -f "$folder/src/main.ts start" | head -1; }
gone() { for _ in $(seq 100); do pgrep -f "$folder/" >/dev/null || return 0; sleep 0.1; done; pgrep -af "$folder/"; return 1; }

newcomer() { # folder, command prefix…
  folder=$1
  shift
  port=$(free_port)
  local log=$folder.log began
  (cd "$folder" && exec "$@" PORT="$port" npm start >"$log" 2>&1) &
  check "$who: the first start answers within five minutes" until_ready "http://localhost:$port/health/ready" 300
  check "$who: README's curl lines work as printed" run_curl_lines
  local before
  before=$(patients)
  check "$who: 200 people and the one README made are there" [ "$before" = 201 ]
  kill -9 "$(server_pid)"
  wait
  began=$(date +%s%N)
  (cd "$folder" && exec "$@" PORT="$port" npm start >>"$log" 2>&1) &
  check "$who: after kill -9 it starts" until_ready "http://localhost:$port/health/ready" 30
  echo "ready after $((($(date +%s%N) - began) / 1000000)) ms"
  check "$who: nothing is lost and nothing is loaded twice" [ "$(patients)" = "$before" ]
  kill -INT "$(server_pid)"
  wait
  check "$who: Ctrl-C stops everything, PostgreSQL too" gone
  check "$who: the log tells nothing of anybody" node24 "$root/test/harness/check-run-logs.ts" "$log"
  [ "$failed" -eq 0 ] || tail -30 "$log"
}

work=$(mktemp -d)
trap 'rm -rf "$work" /var/lib/weft/"$(printf %s "$work/private/weft/.weft" | sha256sum | cut -c1-16)"' EXIT
if [ "$(id -u)" -eq 0 ]; then
  mkdir -m 700 "$work/private"
  git clone -q "$root" "$work/private/weft"
  who='root, mode 700' newcomer "$work/private/weft" env

  chmod 755 "$work"
  id weft-newcomer >/dev/null 2>&1 || useradd --create-home --home-dir "$work/home of a user" weft-newcomer
  ordinary=$work/home\ of\ a\ user
  mkdir -p "$ordinary"
  git clone -q "$root" "$ordinary/weft"
  chown -R weft-newcomer "$ordinary"
  chmod 700 "$ordinary"
  who='ordinary user' newcomer "$ordinary/weft" runuser -u weft-newcomer -- env HOME="$ordinary"
  userdel weft-newcomer >/dev/null 2>&1 || true
else
  git clone -q "$root" "$work/weft"
  who='this user' newcomer "$work/weft" env
fi
counted "$passed" "$failed"
[ "$failed" -eq 0 ]
