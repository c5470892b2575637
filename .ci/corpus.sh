#!/usr/bin/env bash
# The verdict on labelled model files. The files that are judged otherwise than their
# labels say are known and counted: more of them than that fails.
set -euo pipefail
tools=$1
score=$(mktemp)
trap 'rm -f "$score"' EXIT
python3 "$GATE_SHARED/corpus/score.py" --gate "$tools/bin/gate" >"$score" || true
tail -n 1 "$score"
python3 .ci/floor.py <"$score"
