#!/usr/bin/env bash
# Runs the workflow that uses the action, with `act` as the runner and a stand-in for the
# uploader, in a copy of the tree: source build, bad, good and misconfigured repository, pull
# requests that edit what judges them, released binary by its checksum, tampered binary,
# failing upload. Nothing but a server on this machine is asked.
set -euo pipefail
tools=$1
go install github.com/nektos/act@v0.2.89
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "${server:-0}" 2>/dev/null || true' EXIT
git archive --format=tar HEAD | tar -x -C "$work"
if [ -n "$(git status --porcelain)" ]; then git ls-files -z --cached --others --exclude-standard | xargs -0 -I{} cp --parents {} "$work"; fi
cd "$work"
git init -q . && git add -A && git -c user.name=ci -c user.email=ci@example.invalid commit -qm tree
export HF_HUB_OFFLINE=1
base=$(git rev-parse HEAD)

event() { # event HEAD-REPOSITORY: the payload of a pull request from base to the last commit
  printf '{"number":7,"pull_request":{"number":7,"base":{"sha":"%s","repo":{"full_name":"acme/app"}},"head":{"sha":"%s","repo":{"full_name":"%s"}}}}' \
    "$base" "$(git rev-parse HEAD)" "$1" >"$work.json"
}
event acme/app
uploader=$(sed -n 's/.*uses: \(github\/codeql-action\)\/upload-sarif@\([0-9a-f]*\).*/\1@\2/p' action.yml)

workflow=.github/workflows/e2e.yml

run() { # run JOB [act arguments]
  local job=$1
  shift
  act pull_request -e "$work.json" --env HF_HUB_OFFLINE=1 -W "$workflow" -j "$job" -P ubuntu-latest=-self-hosted --action-offline-mode \
    --local-repository "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1=$work" \
    --local-repository "$uploader=$work/test/stubs/codeql-action" \
    --env "GOMODCACHE=$(go env GOMODCACHE)" --env "GOCACHE=$(go env GOCACHE)" "$@"
}

expect() { # expect pass|fail LOG-TEXT JOB [act arguments]
  local want=$1 text=$2
  shift 2
  if run "$@" >"$work.log" 2>&1; then got=pass; else got=fail; fi
  if [ "$got" != "$want" ] || ! grep -q -- "$text" "$work.log"; then
    tail -n 60 "$work.log"
    echo "expected $want with \"$text\" of: $*, got $got"
    exit 1
  fi
  echo "ok: $want: $*"
}

expect pass 'verdict=fail code=1 level=deny id=stub-1' bad
expect pass 'Job succeeded' good
expect pass 'Job succeeded' misconfigured
expect pass 'was not uploaded' bad --env STUB_UPLOAD_FAILS=1

# A pull request, and one from a fork, that lower the policy to bring in a bad model: the base
# judges. Without the base there is no verdict.
mkdir -p testdata/proposed
printf 'rules: {remote-code-enabled: deny}\n' >testdata/proposed/model-repository-policy.yaml
printf 'print("nothing yet")\n' >testdata/proposed/app.py
commit() { git add -A && git -c user.name=ci -c user.email=ci@example.invalid commit -qm "$1"; }
commit base
base=$(git rev-parse HEAD)
printf 'rules: {remote-code-enabled: ignore}\n' >testdata/proposed/model-repository-policy.yaml
cp testdata/demo/app.py testdata/proposed/app.py
commit head
workflow=test/proposed.yml
event acme/app
expect pass 'verdict=fail code=1 level=deny' proposed
grep -q 'policy-changed' "$work.log" && grep -q 'remote-code-enabled' "$work.log"
event stranger/app
expect pass 'verdict=fail code=1 level=deny' proposed
workflow=.github/workflows/e2e.yml
base=0123456789abcdef0123456789abcdef01234567
event acme/app
expect fail 'whose policy judges a change, cannot be read' good
base=$(git rev-parse HEAD)
event acme/app

# A release: the checksum stands in the commit, the binary on a server.
mkdir -p "$work/releases/v0.0.1"
cp "$tools/bin/gate" "$work/releases/v0.0.1/gate_linux_$(go env GOARCH)"
echo v0.0.1 >support/version
(cd "$work/releases/v0.0.1" && sha256sum gate_linux_*) >support/checksums.txt
(cd "$work/releases" && exec python3 -u -m http.server 0 --bind 127.0.0.1) >"$work.server" 2>&1 &
server=$!
port=
for _ in $(seq 300); do
  port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$work.server")
  [ -n "$port" ] && break
  sleep 0.1
done
test -n "$port"
sed -i "s|https://github.com/modelgate/gate/releases/download|http://127.0.0.1:$port|; s/default: auto\$/default: release/" action.yml
sed -i '/upload-sarif:/,/default:/ s/default: release/default: auto/; /annotations:/,/default:/ s/default: release/default: auto/' action.yml
git -c user.name=ci -c user.email=ci@example.invalid commit -qam release
expect pass 'Job succeeded' good
echo tampered >>"$work/releases/v0.0.1/gate_linux_$(go env GOARCH)"
expect fail 'does not have the checksum' good
