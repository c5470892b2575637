#!/usr/bin/env bash
# Fuzzes every fuzz target of the module for the time that is given.
set -euo pipefail
time=${1:-30s}
grep -rl --include='*_test.go' '^func Fuzz' . | while read -r file; do
  dir=$(dirname "$file")
  sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
    echo "$dir $target"
    go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x -parallel 2 >/tmp/fuzz.$$ 2>&1 || {
      cat /tmp/fuzz.$$
      exit 1
    }
  done
done
