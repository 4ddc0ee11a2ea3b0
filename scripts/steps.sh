# Read by scripts/test: its steps, one after the other or beside each other. How each ended is in $results/NAME.exit,
# which scripts/count-tests.ts reads. A signal ends all that runs.

open_steps() {
  results=$(mktemp -d)
  trap 'end_all; rm -rf "$results"' EXIT
  trap 'stop 130' INT
  trap 'stop 143' TERM
}

# step NAME COMMAND…: what it prints is seen at once. Returns how it ended. It runs in the background, so that a signal to
# this script can end it at once.
step() {
  name=$1
  shift
  echo "== $name"
  "$@" &
  note_start "$name" $!
  wait_for "$name"
  say_end "$name"
}

# begin NAME COMMAND…: beside what follows. What it prints is kept, and shown by `finish NAME`, which returns how it ended.
begin() {
  name=$1
  shift
  echo "== $name BEGINS beside what follows"
  "$@" >"$results/$name.log" 2>&1 &
  note_start "$name" $!
}

finish() {
  wait_for "$1"
  echo "== $1"
  cat "$results/$1.log"
  say_end "$1"
}

skip() {
  echo "== $1 NOT RUN: $2"
  echo 1 >"$results/$1.exit"
}

note_start() {
  echo "$2" >"$results/$1.pid"
  date +%s >"$results/$1.start"
}

wait_for() {
  code=0
  wait "$(cat "$results/$1.pid")" || code=$?
  rm "$results/$1.pid"
  echo "$code" >"$results/$1.exit"
}

say_end() {
  code=$(cat "$results/$1.exit")
  [ "$code" = 0 ] || echo "== $1 FAILED (exit code $code)"
  echo "== $1 ended after $(($(date +%s) - $(cat "$results/$1.start"))) s"
  return "$code"
}

stop() {
  end_all
  echo '0 passed, 1 failed'
  exit "$1"
}

# What the shell knows of: a signal may come between the start of a program and the note of it.
end_all() {
  jobs -p >"$results/running"
  while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$results/running"
  wait || true
}
