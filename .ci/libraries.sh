#!/usr/bin/env bash
# Models that the real libraries write must pass by content, and be verified: none refused.
set -euo pipefail
tools=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy scipy scikit-learn joblib pandas safetensors lightgbm
mkdir "$work/models"
"$work/venv/bin/python" -W ignore .ci/write_models.py "$work/models"
if ! /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  apt-get install -y -qq --no-install-recommends python3-torch >/dev/null
fi
/usr/bin/python3 -W ignore .ci/write_torch.py "$work/models"
code=0
"$tools/bin/gate" scan "$work/models" --quiet --report "json=$work/report.json" || code=$?
if [ "$code" -ne 0 ]; then
  jq -r '.violations[] | select(.level=="deny") | "\(.rule) \(.at.path) \(.message)"' "$work/report.json" | head -n 20
  exit 1
fi
files='[.artifacts[].files[] | select(.path | contains("!") | not)]'
jq -r "$files | group_by(.state) | map(\"\(.[0].state): \(length)\") | join(\", \")" "$work/report.json"
jq -e "$files | map(select(.state != \"verified\")) | length <= 3" "$work/report.json" >/dev/null
