#!/usr/bin/env bash
# The HTML page in a browser and through the validator of the W3C, and the bill of
# materials through the schema of CycloneDX: of a repository that fails with models of a
# registry, of one that passes, and of one whose names attack the reader.
set -euo pipefail
tools=$1
work=$(mktemp -d)
server=
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
root=$PWD

command -v chromium >/dev/null || apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
command -v java >/dev/null || apt-get install -y -qq --no-install-recommends default-jre-headless >/dev/null
cp .ci/report_page.mjs .ci/report_bom.mjs "$work"
cd "$work"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit playwright-core@1.65.1 axe-core@4.14.1 vnu-jar@26.9.27 \
  @cyclonedx/cyclonedx-library@10.3.0 ajv@8 ajv-formats@3 ajv-formats-draft2019@1

# What is judged. A name of a file can hold anything but a slash.
cp -r "$root/testdata/demo" fails
cp -r "$root/testdata/clean" passes
printf '%s\n' 'from transformers import AutoModel' 'AutoModel.from_pretrained("acme/tiny", revision="v1")' \
  'AutoModel.from_pretrained("acme/evil")' 'AutoModel.from_pretrained(name())' >fails/registry.py
mkdir -p evil hostile empty
cp "$root/testdata/demo/models/sentiment.pkl" evil/pytorch_model.bin
printf -- '---\nlicense: apache-2.0\nbase_model: acme/tiny\n---\n' >evil/README.md
for name in '<img src=x onerror=alert(1)>.pkl' '"><script>alert(1)<\script>.pkl' $'a\n::error::b\u202e\e[31m.pkl' "'{{.}}\`\${1}.pkl" '&lt;b&gt;.pkl'; do
  cp evil/pytorch_model.bin "hostile/$name"
done
printf 'from transformers import AutoModel\nAutoModel.from_pretrained("%s", trust_remote_code=True)\n' 'acme/<svg onload=alert(1)>' >'hostile/<b>.py'

go build -C "$root" -o "$work/fakehub" ./internal/hub/hubtest/fakehub
./fakehub -repo acme/evil=evil >server 2>&1 &
server=$!
for _ in $(seq 300); do
  url=$(sed -n 's/^api=\([^ ]*\) .*/\1/p' server)
  [ -n "$url" ] && break
  sleep 0.1
done
test -n "$url"

for repo in fails passes hostile empty; do
  code=0
  HF_ENDPOINT=$url "$tools/bin/gate" check "$repo" --quiet --report "html=$repo.html" --report "mlbom=$repo.json" || code=$?
  [ "$code" -le 1 ]
  HF_ENDPOINT=$url "$tools/bin/gate" check "$repo" --quiet --report "mlbom=again.json" || true
  cmp "$repo.json" again.json
done
java -jar node_modules/vnu-jar/build/dist/vnu.jar --errors-only fails.html passes.html hostile.html empty.html
node report_bom.mjs fails passes hostile empty
node report_page.mjs "${REPORT_PICTURES:-$work}"
