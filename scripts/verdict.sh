#!/usr/bin/env bash
# Ends the action: the exit code of the gate decides, not the upload, unless an upload was
# demanded. Environment: CODE, UPLOAD, UPLOAD_MODE.
set -euo pipefail

if [ "${UPLOAD:-}" = failure ]; then
  if [ "${UPLOAD_MODE:-}" = true ]; then
    echo "::error title=gate::the SARIF upload failed"
    exit 3
  fi
  echo "::warning title=gate::the SARIF log was not uploaded: does this job have the permission security-events: write?"
fi
case ${CODE:-3} in
  0) ;;
  1) echo "::error title=gate::denied by the policy: see the summary of this job" ;;
  2) echo "::error title=gate::wrong usage or configuration: see the log of the step before" ;;
  *) echo "::error title=gate::the gate could not finish, which counts as a failure" ;;
esac
exit "${CODE:-3}"
