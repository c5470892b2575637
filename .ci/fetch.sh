#!/usr/bin/env bash
# What `gate fetch` puts into the cache, held to the Hub's own client: old and new versions
# load it offline and find nothing odd in the cache. And a run that is killed at any moment,
# over a slow line, leaves nothing that is half done, and the next goes on from there.
set -euo pipefail
tools=$1
work=$(mktemp -d)
versions=('' '==0.34.0' '==0.23.0') # of huggingface_hub: the newest, and old ones that are in use
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

go build -o "$tools/bin/gate" ./cmd/gate
go build -o "$tools/bin/fakehub" ./internal/hub/hubtest/fakehub
python3 -m venv "$work/venv"
installs=()
for version in "${versions[@]}"; do
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile --target "$work/python$version" "huggingface_hub$version" &
  installs+=("$!")
done
python3 .ci/fetch_client.py models "$work"
for install in "${installs[@]}"; do wait "$install"; done

"$tools/bin/fakehub" -large 100000 -repo "acme/big=$work/big" -repo "acme/evil=$work/evil" >"$work/server" 2>&1 &
servers+=("$!")
until grep -qs ^api= "$work/server"; do sleep 0.1; done
read -r api cdn < <(sed -n 's/^api=\([^ ]*\) cdn=\(.*\)/\1 \2/p' "$work/server")
python3 .ci/slow_line.py "$api" "$cdn" 6000000 >"$work/line" 2>&1 &
servers+=("$!")
until grep -qs ^http "$work/line"; do sleep 0.1; done
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 HF_HUB_DISABLE_TELEMETRY=1
cd "$work"

python_client() { # python_client VERSION ARGUMENTS
  local version=$1
  shift
  PYTHONPATH=$work/python$version "$work/venv/bin/python" -W ignore "$OLDPWD/.ci/fetch_client.py" "$@"
}
export HF_HOME=$work/home
HF_ENDPOINT=$api "$tools/bin/gate" fetch acme/big --quiet >"$work/path"
HF_ENDPOINT=$api "$tools/bin/gate" fetch acme/tiny@v1 --quiet >>"$work/path"
HF_ENDPOINT=$api HF_HOME=$work/home-files HF_HUB_DISABLE_SYMLINKS=1 "$tools/bin/gate" fetch acme/big --quiet >/dev/null
if HF_ENDPOINT=$api "$tools/bin/gate" fetch acme/evil --quiet; then
  echo 'acme/evil was not refused'
  exit 1
fi
for version in "${versions[@]}"; do
  python_client "$version" load "$work" "$(head -n 1 "$work/path")"
done
HF_HOME=$work/home-files python_client '' load-files "$work"
python_client '' kill "$work" "$tools/bin/gate" "$(cat "$work/line")"
