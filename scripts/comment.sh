#!/usr/bin/env bash
# Keeps one comment on the pull request up to date: the one that begins with the gate's
# marker and that the token may edit, else a new one. It never fails: a token without the
# right to comment, as forks have it, is a warning. Environment: COMMENT, COMMENT_FILE,
# CODE, GH_TOKEN, and the runner's.
set -uo pipefail

marker='<!-- gate: model review -->'

warn() {
  echo "::warning title=gate::the comment was not written: $1"
  exit 0
}

number=
case ${GITHUB_REF:-} in refs/pull/*/*)
  number=${GITHUB_REF#refs/pull/}
  number=${number%%/*}
  ;;
esac
if [ -z "$number" ]; then
  number=$(jq -r '.pull_request.number // empty' "${GITHUB_EVENT_PATH:-/dev/null}" 2>/dev/null)
fi
[[ $number =~ ^[0-9]+$ ]] || warn "this event is not about a pull request"
[ -n "${GH_TOKEN:-}" ] || warn "there is no token"
command -v gh >/dev/null || warn "gh is not installed"

comments=repos/$GITHUB_REPOSITORY/issues/$number/comments
ids=$(gh api --paginate "$comments?per_page=100" \
  --jq ".[] | select(.body | startswith(\"$marker\")) | .id") || warn "the comments could not be read"
# Anybody can write the marker; only the gate's own comment can be edited.
for id in $ids; do
  if gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" \
    --field "body=@$COMMENT_FILE" 2>/dev/null; then
    exit 0
  fi
done
if [ "$COMMENT" = on-failure ] && [ "${CODE:-3}" = 0 ]; then
  exit 0
fi
gh api --silent --method POST "$comments" --field "body=@$COMMENT_FILE" ||
  warn "does this job have the permission pull-requests: write?"
