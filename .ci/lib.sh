# For the steps: Node 24, packages of the machine, and a line in the form of node's test runner.
set -euo pipefail
cd "$root"

# The pinned Node 24, where the machine's is older.
node24() { "$(node -e "import('$root/bin/node24.mjs').then((m) => console.log(m.findNode()))")" --disable-warning=ExperimentalWarning "$@"; }

# need COMMAND-OR-FILE PACKAGE…: installs the packages when the thing is not there.
need() {
  local thing=$1
  shift
  if command -v "$thing" >/dev/null || [ -e "$thing" ]; then return 0; fi
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "$thing is missing, and this is not root on a machine with apt-get"
    return 1
  fi
  echo "installing $*"
  (apt-get install -y -qq --no-install-recommends "$@" || (apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@")) >/dev/null
}

# counted PASSED FAILED
counted() { printf 'ℹ tests %s\nℹ pass %s\nℹ fail %s\nℹ skipped 0\n' $(($1 + $2)) "$1" "$2"; }

skip() {
  echo "skipped: $1"
  exit 0
}

# until_ready URL SECONDS
until_ready() {
  for _ in $(seq $(($2 * 10))); do
    curl -sf "$1" >/dev/null && return 0
    sleep 0.1
  done
  echo "$1 does not answer after $2 s"
  return 1
}

free_port() { node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close() })"; }
