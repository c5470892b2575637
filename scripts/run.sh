#!/usr/bin/env bash
# Runs the gate as a step of the action and sets its outputs. It always succeeds: the
# verdict is given after the upload, by verdict.sh. Environment: GATE_BIN, GATE_PATH,
# SARIF_FILE, JSON_FILE, COMMENT, and what the gate itself reads.
set -uo pipefail

sarif=${SARIF_FILE:-$RUNNER_TEMP/gate.sarif}
json=${JSON_FILE:-$RUNNER_TEMP/gate.json}
reports=(--report text --report "sarif=$sarif" --report "json=$json")
case ${COMMENT:-never} in
  never) ;;
  on-failure | always) reports+=(--report "comment=$RUNNER_TEMP/gate-comment.md") ;;
  *)
    echo "::error title=gate::the comment input must be never, on-failure or always"
    echo "exit-code=2" >>"$GITHUB_OUTPUT"
    exit 0
    ;;
esac

workspace=$(cd "${GITHUB_WORKSPACE:-.}" && pwd -P)
named_workspace=$(cd "${GITHUB_WORKSPACE:-.}" && pwd -L)
path=$(cd "${GATE_PATH:-.}" 2>/dev/null && pwd -P) || path=
# The same as it is named. A pull request can make the folder a link to another, which the
# base would not be compared with.
named=$(cd -P . && cd "${GATE_PATH:-.}" 2>/dev/null && pwd -L) || named=
case $named/ in
  "$named_workspace"/*) named=$workspace${named#"$named_workspace"} ;;
esac
case $path/ in
  "$workspace"/*)
    if [ "$named" != "$path" ]; then
      echo "::error title=gate::the path input leads over a link: name the folder itself"
      echo "exit-code=2" >>"$GITHUB_OUTPUT"
      exit 0
    fi
    # Files are named from the workspace, as code scanning wants them, where that is judged.
    "$GATE_BIN" check "${reports[@]}" -- "$path"
    code=$?
    ;;
  *)
    echo "::error title=gate::the path input is not a folder inside the workspace"
    code=2
    ;;
esac

echo "exit-code=$code" >>"$GITHUB_OUTPUT"
if [ "$code" -le 1 ]; then
  printf 'sarif-file=%s\njson-file=%s\n' "$sarif" "$json" >>"$GITHUB_OUTPUT"
  if [ "${COMMENT:-never}" != never ]; then
    printf 'comment-file=%s\n' "$RUNNER_TEMP/gate-comment.md" >>"$GITHUB_OUTPUT"
  fi
fi
