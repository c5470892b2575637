#!/usr/bin/env bash
# Models that the real libraries write must pass by content: none refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy scipy scikit-learn joblib pandas safetensors
mkdir "$work/models"
"$work/venv/bin/python" .ci/write_models.py "$work/models"
code=0
gate scan "$work/models" --quiet --report "json=$work/report.json" || code=$?
if [ "$code" -ne 0 ]; then
  jq -r '.violations[] | select(.level=="deny") | "\(.rule) \(.at.path) \(.message)"' "$work/report.json" | head -n 20
  exit 1
fi
jq -r '[.artifacts[].files[] | select(.path | contains("!") | not)] | group_by(.state) | map("\(.[0].state): \(length)") | join(", ")' "$work/report.json"
