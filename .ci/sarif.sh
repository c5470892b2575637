#!/usr/bin/env bash
# Validates SARIF logs of a failing and of a passing repository as code scanning would.
set -euo pipefail
tools=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$PWD
cd "$work"
npm init -y >/dev/null
npm i --no-fund --no-audit --silent @microsoft/sarif-multitool@5.7.0 jsonschema@1
multitool=node_modules/@microsoft/sarif-multitool-linux
chmod u+x $multitool/Sarif.Multitool
for repo in demo clean; do
  code=0
  (cd "$root" && "$tools/bin/gate" check --offline "testdata/$repo" --quiet --report "sarif=$work/$repo.sarif") || code=$?
  test "$code" -le 1
  $multitool/Sarif.Multitool validate $repo.sarif --rule-kind "Sarif;Gh" --level "Error;Warning" --output report.sarif --log ForceOverwrite >/dev/null
  jq -r '.runs[].results[] | select(.level=="error") | .ruleId + " " + (.message.id // .message.text // "")' report.sarif
  jq -e '[.runs[].results[] | select(.level=="error")] | length == 0' report.sarif >/dev/null
  node -e '
    const {Validator} = require("jsonschema"), fs = require("fs");
    const schema = JSON.parse(fs.readFileSync(process.argv[1])), log = JSON.parse(fs.readFileSync(process.argv[2]));
    const r = new Validator().validate(log, schema);
    if (!r.valid) { console.error(r.errors.slice(0, 5).map(String).join("\n")); process.exit(1); }
  ' $multitool/sarif-2.1.0.json $repo.sarif
  echo "ok: $repo, $(jq '.runs[0].results | length' $repo.sarif) results"
done
