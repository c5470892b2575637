#!/usr/bin/env bash
# Fuzzes every fuzz target of the module, two at a time: fuzz.sh INSPECTORS OTHERS, the
# time for each target under checks/formats and for each of the rest.
set -euo pipefail
inspectors=${1:-30s} others=${2:-$1}

fuzz() { # fuzz DIR TARGET TIME
  local log
  log=$(mktemp)
  if go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$3" -fuzzminimizetime 10x -parallel 1 >"$log" 2>&1 ||
    { ! grep -q -e 'Failing input' -e panic "$log" && grep -q 'context deadline exceeded' "$log"; }; then # the end of the time
    printf '%s %s %s\n' "$1" "$2" "$(grep -o 'execs: [0-9]*' "$log" | tail -n 1)"
  else
    echo "$1 $2 failed"
    cat "$log"
    return 1
  fi
  rm -f "$log"
}
export -f fuzz

grep -rl --include='*_test.go' '^func Fuzz' . | sort | while read -r file; do
  dir=$(dirname "$file")
  case $dir in ./checks/formats/*) time=$inspectors ;; *) time=$others ;; esac
  sed -n "s/^func \(Fuzz[A-Za-z0-9_]*\)(.*/$(printf '%s' "$dir" | sed 's/[\/&]/\\&/g') \1 $time/p" "$file"
done | xargs -P 2 -L 1 bash -c 'fuzz "$@"' fuzz
