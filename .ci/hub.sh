#!/usr/bin/env bash
# The Hub that the tests talk to, held to the Hub's own clients: what they ask, download,
# verify and are refused must come out as hubtest says. https, since huggingface_hub knows
# a missing model only there; pages of two entries, so that every list is paged.
set -euo pipefail
tools=$1
work=$(mktemp -d)
versions=('' '==0.34.0' '==0.23.0') # of huggingface_hub: the newest, and old ones that are in use
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

go build -o "$tools/bin/fakehub" ./internal/hub/hubtest/fakehub
"$tools/bin/fakehub" -cert "$work/cert.pem" -page 2 >"$work/server" 2>&1 &
server=$!

python_client() { # python_client VERSION-SPECIFIER
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile --target "$work/python$1" "huggingface_hub$1"
}
node_client() {
  mkdir "$work/js"
  cp .ci/hub_client.mjs "$work/js"
  cd "$work/js"
  npm install --silent --no-audit --no-fund @huggingface/hub@2.17.5
}
python3 -m venv "$work/venv"
installs=()
for version in "${versions[@]}"; do
  python_client "$version" &
  installs+=("$!")
done
node_client &
installs+=("$!")
for install in "${installs[@]}"; do wait "$install"; done

url=$(sed -n 's/^api=\([^ ]*\) .*/\1/p' "$work/server")
[ -n "$url" ] || { cat "$work/server"; exit 1; }
# The certificate is trusted by these clients only, and no proxy stands between.
export SSL_CERT_FILE=$work/cert.pem REQUESTS_CA_BUNDLE=$work/cert.pem NODE_EXTRA_CA_CERTS=$work/cert.pem NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
for version in "${versions[@]}"; do
  PYTHONPATH=$work/python$version "$work/venv/bin/python" -W ignore .ci/hub_client.py "$url" "$work/cache$version"
done
node "$work/js/hub_client.mjs" "$url" "$work/cache-js" 2.17.5

# Nobody took a token to the storage.
curl -sS --fail --cacert "$work/cert.pem" "$url/_control/requests" >"$work/requests"
jq -es 'map(select(.Storage)) | length > 0 and all(.Authorized | not)' "$work/requests" >/dev/null
jq -rs '"\(length) requests, \(map(select(.Storage)) | length) of them to the storage, none of these with a token"' "$work/requests"

# A scenario that begins while the server runs is seen by a client.
curl -sS --fail --cacert "$work/cert.pem" -X POST "$url/_control/transfer"
PYTHONPATH=$work/python HF_ENDPOINT=$url HF_HOME=$work/cache-moved "$work/venv/bin/python" -W ignore -c 'import huggingface_hub; assert huggingface_hub.HfApi(token=False).model_info("acme/tiny").id == "newco/tiny"'
