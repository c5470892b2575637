#!/usr/bin/env bash
# Puts the gate on this machine and sets the output "bin" to its path. A released binary
# is taken only if it has the checksum that this very commit names; else this commit is
# built. Environment: GATE_INSTALL, GATE_RELEASES, and the runner's.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/gate.XXXXXX")

fail() {
  echo "::error title=gate::$1"
  exit 3
}

release() {
  local os arch name want version
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    MINGW* | MSYS* | CYGWIN*) os=windows ;;
    *) return 1 ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) arch=amd64 ;;
    arm64 | aarch64) arch=arm64 ;;
    *) return 1 ;;
  esac
  name=gate_${os}_${arch}
  [ "$os" = windows ] && name=$name.exe
  version=$(cat "$root/support/version")
  want=$(awk -v name="$name" '$2 == name { print $1 }' "$root/support/checksums.txt")
  [ -n "$version" ] && [ -n "$want" ] || return 1
  curl --fail --silent --show-error --location --retry 3 --max-time 120 \
    --output "$work/gate" "$GATE_RELEASES/$version/$name" || return 1
  # A binary with another checksum is an attack or a broken mirror, not a reason to go on.
  echo "$want  $work/gate" | sha256sum --check --status ||
    fail "the binary at $GATE_RELEASES/$version/$name does not have the checksum that this version of the action names"
  chmod +x "$work/gate"
}

build() {
  command -v go >/dev/null || fail "there is no released binary for this machine and no Go to build it: add actions/setup-go before this step"
  (cd "$root" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$work/gate" ./cmd/gate) ||
    fail "building the gate failed"
}

bin=$work/gate
case $GATE_INSTALL in
  release) release || fail "no released binary could be had for this machine; set install to auto or source" ;;
  source) build ;;
  auto) release || build ;;
  /*)
    [ -x "$GATE_INSTALL" ] || fail "the install input names a file that is not there or cannot be run"
    bin=$GATE_INSTALL
    ;;
  *) fail "the install input must be auto, release, source or an absolute path" ;;
esac
echo "bin=$bin" >>"$GITHUB_OUTPUT"
