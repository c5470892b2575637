#!/usr/bin/env bash
# Keeps one comment on the pull request up to date: the one that begins with the gate's
# marker and that the token's own account wrote, else a new one. It never fails: a token
# without the right to comment, as forks have it, is a warning. Environment: COMMENT,
# COMMENT_FILE, CODE, GH_TOKEN, and the runner's.
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

# Anybody can write the marker, and a token with the right to write can edit the comments
# of all: only the account of the token itself wrote the gate's.
login=$(gh api graphql --raw-field 'query={viewer{login}}' --jq .data.viewer.login 2>/dev/null)
[[ $login =~ ^[A-Za-z0-9_.-]+(\[bot\])?$ ]] || login='github-actions[bot]'

comments=repos/$GITHUB_REPOSITORY/issues/$number/comments
ids=$(gh api --paginate "$comments?per_page=100" \
  --jq ".[] | select(.user.login == \"$login\" and (.body | startswith(\"$marker\"))) | .id") || warn "the comments could not be read"
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
