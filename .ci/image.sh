#!/usr/bin/env bash
# Builds the image and runs it as CI systems do: as a container action, as a job with a
# shell, and as a locked-down pod. There is no daemon: buildah stands in for it, and the base
# images are made from what is on this machine. By default the binary that is built already
# is packed; IMAGE_FULL=1 builds it in the image, as a release does.
set -euo pipefail
tools=$1
apt-get install -y -qq --no-install-recommends buildah busybox-static >/dev/null
work=$(mktemp -d)
b() { buildah --root "$work/root" --runroot "$work/run" --storage-driver vfs "$@"; }
trap 'b rm --all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

fail() {
  echo "image: $1" >&2
  exit 1
}

if grep '^ARG .*_IMAGE=' Dockerfile | grep -qvE '@sha256:[0-9a-f]{64}$'; then fail "a base image is not named by its digest"; fi

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
echo 'rules: {remote-code-enabled: ignore, pickle-unsafe-import: ignore, pickle-unsafe-call: ignore}' >"$work/commands/policy.yaml"
action 0 pass testdata/demo INPUT_OFFLINE=true INPUT_POLICY=/github/commands/policy.yaml

# As a job that runs its commands inside the image: those of the template for GitLab.
shell=$(b from --pull-never gate-shell)
script=$(sed -n 's/^    - \(gate check .*\)/\1/p' templates/gitlab.yml)
[ -n "$script" ] || fail "the template runs no gate"
job() { # job CODE FOLDER
  local code=0 report
  rm -rf "$work/project"
  cp -r "$2" "$work/project"
  b run --env CI=true --env GATE_OFFLINE=true --volume "$work/project:/builds/project" --workingdir /builds/project \
    "$shell" -- sh -c "$script" >"$work/log" 2>&1 || code=$?
  for report in gl-code-quality-report.json gate-junit.xml gate.html; do
    if [ "$code" != "$1" ] || [ ! -s "$work/project/$report" ]; then
      cat "$work/log"
      fail "job: exit code $code for $2, want $1 and the file $report"
    fi
  done
  echo "ok: job: $code for $2"
}
job 1 testdata/demo
job 0 testdata/clean

# As a pod: another user, nothing that can be written to but one folder for temporary files,
# or none. The repository holds an archive with a file that is too large for the memory.
pod() { # pod CODE TEMPORARY-FOLDER TEXT
  local code=0
  # shellcheck disable=SC2016 # the inner shell expands them
  unshare --mount bash -euc '
    root=$1 repository=$2 temporary=$3
    mkdir -p "$root/work" "$root/scratch"
    mount --bind "$root" "$root"
    mount -o remount,ro,bind "$root"
    mount --bind "$repository" "$root/work"
    mount -o remount,ro,bind "$root/work"
    if [ -n "$temporary" ]; then mount -t tmpfs -o mode=1777 tmpfs "$root$temporary"; fi
    cd "$root"
    exec env -i TMPDIR="${temporary:-/tmp}" "$(command -v chroot)" --userspec=65532:65532 "$root" /gate check --offline /work
  ' pod "$root" "$work/repository" "$2" >"$work/log" 2>&1 || code=$?
  if [ "$code" != "$1" ] || ! grep -q "$3" "$work/log"; then
    cat "$work/log"
    fail "pod: exit code $code with ${2:-no folder for temporary files}, want $1 and \"$3\""
  fi
  echo "ok: pod: $code with ${2:-no folder for temporary files}"
}
mkdir -p "$work/repository/models"
cp testdata/clean/* "$work/repository/"
{
  printf '\110\0\0\0\0\0\0\0%-72s' '{"w":{"dtype":"U8","shape":[12000000],"data_offsets":[0,12000000]}}'
  head -c 12000000 /dev/urandom
} >"$work/model.safetensors"
tar -C "$work" -czf "$work/repository/models/weights.tar.gz" model.safetensors
chmod -R a+rX "$work/repository"
pod 0 /tmp '^PASS'
pod 0 /scratch '^PASS'
pod 1 '' 'read-only file system'
echo "ok: all in ${SECONDS}s"
