#!/usr/bin/env bash
# Builds the image and runs it as CI systems do: as a container action, as a job with a
# shell, and as a locked-down pod. There is no daemon: buildah stands in for it, and the base
# images are made from what is on this machine. By default the binary that is built already
# is packed; IMAGE_FULL=1 builds it in the image, as a release does.
set -euo pipefail
tools=$1
apt-get install -y -qq --no-install-recommends buildah busybox-static python3 >/dev/null
work=$(mktemp -d)
containers=()
b() { buildah --root "$work/root" --runroot "$work/run" --storage-driver vfs "$@"; }
trap 'b rm --all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

fail() {
  echo "image: $1" >&2
  exit 1
}

base() { # base NAME: commits an image of busybox, as the one that a job's shell comes from
  local c m applet
  c=$(b from scratch)
  m=$(b mount "$c")
  mkdir -p "$m"/{bin,tmp,root,etc/ssl/certs,usr/local}
  chmod 1777 "$m/tmp"
  cp /bin/busybox "$m/bin/"
  for applet in sh ls mkdir cp cat chmod rm env true grep; do ln -s busybox "$m/bin/$applet"; done
  if [ "$1" = go ]; then
    cp /etc/ssl/certs/ca-certificates.crt "$m/etc/ssl/certs/"
    cp -a "$(go env GOROOT)" "$m/usr/local/go"
  fi
  b config --env PATH=/usr/local/go/bin:/bin --env GOTOOLCHAIN=local "$c"
  b commit --quiet --rm "$c" "localhost/$1" >/dev/null
}

build() { # build TAG [arguments]
  local tag=$1
  shift
  b bud --quiet --isolation chroot --platform "linux/$(go env GOARCH)" --pull-never \
    --build-arg SHELL_IMAGE=localhost/shell "$@" -t "$tag" -f Dockerfile . >/dev/null
}

base shell
if [ -n "${IMAGE_FULL:-}" ]; then
  base go
  from=(--build-arg GO_IMAGE=localhost/go --volume "$(go env GOMODCACHE):/root/go/pkg/mod")
else
  mkdir -p "$work/build/out/etc/ssl/certs" "$work/build/out/tmp"
  chmod 1777 "$work/build/out/tmp"
  cp "$tools/bin/gate" "$work/build/out/"
  cp /etc/ssl/certs/ca-certificates.crt "$work/build/out/etc/ssl/certs/"
  from=(--build-context "build=$work/build")
fi
build gate "${from[@]}"
build gate-shell "${from[@]}" --target shell
echo "ok: built in ${SECONDS}s"

# What is in it: two files, and a folder for temporary ones.
gate=$(b from --pull-never gate)
root=$(b mount "$gate")
got=$(cd "$root" && find . -type f -size +0 | sort | xargs)
[ "$got" = "./etc/ssl/certs/ca-certificates.crt ./gate" ] || fail "it holds $got"
[ "$(stat -c %a "$root/tmp")" = 1777 ] || fail "the temporary folder has the mode $(stat -c %a "$root/tmp")"
[ "$(grep -c 'BEGIN CERTIFICATE' "$root/etc/ssl/certs/ca-certificates.crt")" -gt 50 ] || fail "it has no certificates"
size=$(du -sm "$root" | cut -f 1)
[ "$size" -le 64 ] || fail "it has ${size} MB"
settings=$(b inspect --type image --format '{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.User}}' gate)
[ "$settings" = '[/gate] ' ] || fail "its entry point and user are $settings"
echo "ok: ${size} MB"

# As a container action: the runner mounts the workspace and its own files.
export BUILDAH_ISOLATION=chroot
action() { # action CODE VERDICT FOLDER [INPUT=VALUE...]
  local want=$1 verdict=$2 code=0 inputs=() input
  mkdir -p "$work/commands"
  : >"$work/commands/out"
  for input in GITHUB_ACTIONS=true CI=true GITHUB_WORKSPACE=/github/workspace GITHUB_OUTPUT=/github/commands/out "${@:4}"; do
    inputs+=(--env "$input")
  done
  b run "${inputs[@]}" --volume "$PWD:/github/workspace" --volume "$work/commands:/github/commands" \
    --workingdir /github/workspace "$gate" -- /gate check "$3" >"$work/log" 2>&1 || code=$?
  if [ "$code" != "$want" ] || ! grep -A 1 '^verdict<<' "$work/commands/out" | grep -qx "$verdict"; then
    cat "$work/log" "$work/commands/out"
    fail "action: exit code $code for $3, want $want"
  fi
  echo "ok: action: $code for $3"
}
action 1 fail testdata/demo INPUT_OFFLINE=true
action 0 pass testdata/clean INPUT_OFFLINE=true
echo 'rules: {remote-code-enabled: ignore}' >"$work/commands/policy.yaml"
action 0 pass testdata/demo INPUT_OFFLINE=true INPUT_POLICY=/github/commands/policy.yaml
