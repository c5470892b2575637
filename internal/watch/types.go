package watch

import "slices"

// The types of alerts, by what changed.
const (
	namespaceReused      = "NAMESPACE_REUSED"
	ownerAccountReplaced = "OWNER_ACCOUNT_REPLACED"
	repoRecreated        = "REPO_RECREATED"
	ownerChanged         = "OWNER_CHANGED"
	modelMoved           = "MODEL_MOVED"
	publisherUnverified  = "PUBLISHER_UNVERIFIED"
	pinnedContentChanged = "PINNED_CONTENT_CHANGED"
	pinnedCommitGone     = "PINNED_COMMIT_GONE"
	impostorCommit       = "IMPOSTOR_COMMIT"
	modelUnavailable     = "MODEL_UNAVAILABLE"
	modelDisabled        = "MODEL_DISABLED"
	accessLost           = "ACCESS_LOST"
	gatingChanged        = "GATING_CHANGED"
	licenseChanged       = "LICENSE_CHANGED"
	hubScanUnsafe        = "HUB_SCAN_UNSAFE"
	hubScanSuspicious    = "HUB_SCAN_SUSPICIOUS"
	hubScanPending       = "HUB_SCAN_PENDING"
	modelChanged         = "MODEL_CHANGED"
	tagMoved             = "TAG_MOVED"
	dangerousFileAdded   = "DANGEROUS_FILE_ADDED"
	codeFileChanged      = "CODE_FILE_CHANGED"
	fileAdded            = "FILE_ADDED"
	fileRemoved          = "FILE_REMOVED"
	safetensorsNow       = "SAFETENSORS_NOW_AVAILABLE"
	checkFailed          = "CHECK_FAILED"
	repoYoungerThanLock  = "REPO_YOUNGER_THAN_LOCK"  // a detail
	ownerYoungerThanLock = "OWNER_YOUNGER_THAN_LOCK" // a detail
	escalated            = "ESCALATED"               // a detail
)

// kinds are the types in the order of reports, each with what to do.
var kinds = []struct{ name, advice string }{
	{namespaceReused, "Do not load it: vendor the files that you have, and find out where the model is published now."},
	{ownerAccountReplaced, "Do not load it before you know who has the account."},
	{pinnedContentChanged, "Do not load it: a commit cannot change, so the server lies or the lock was edited. Compare with a copy that you trust."},
	{repoRecreated, "Look at the model as at a new one before you lock it again."},
	{ownerChanged, "Find out whether you trust the new owner, then run `gate lock --upgrade` for the model."},
	{pinnedCommitGone, "Keep the files that you have; find out why the history was rewritten before you pin another commit."},
	{impostorCommit, "Do not load it: anybody can open a pull request, and its commits answer under the model's name. Pin a commit of a branch."},
	{modelUnavailable, "Keep the files that you have, and watch who takes the name."},
	{modelDisabled, "Do not load the files that you have before you know why."},
	{hubScanUnsafe, "Do not load the file; look at the report of the scanners on the model's page."},
	{dangerousFileAdded, "Stay at the locked commit until you know who added it and why."},
	{codeFileChanged, "Stay at the locked commit until you have reviewed the code."},
	{modelChanged, "Pin the locked commit in the code; to take the new one, review it and run `gate lock --upgrade`."},
	{tagMoved, "Pin the locked commit in the code: a tag that moves is no version. To take the new one, review it and run `gate lock --upgrade`."},
	{fileAdded, "Look at it before you run `gate lock --upgrade`."},
	{fileRemoved, "See whether the code needs it before you run `gate lock --upgrade`."},
	{publisherUnverified, "Find out why, and whether the account is still in the hands of whom you trusted."},
	{gatingChanged, "Read the terms on the model's page, then run `gate lock --upgrade` for the model."},
	{accessLost, "Accept the terms at the Hub, or set HF_TOKEN to a token of an account that may read it."},
	{licenseChanged, "Have the new licence approved, then run `gate lock --upgrade` for the model."},
	{hubScanSuspicious, "Look at the report of the scanners on the model's page."},
	{modelMoved, "Write the new name in the code: the old one can be taken by somebody else."},
	{hubScanPending, "Wait for the scanners before you take a new commit."},
	{safetensorsNow, "Load the safetensors file in place of the pickle, and run `gate lock --upgrade`."},
	{checkFailed, "The model may have changed unseen; nothing says that it is gone."},
}

// Types are the types of alerts, worst first as they come by default.
func Types() []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = k.name
	}
	return out
}

func rank(name string) int { return slices.Index(Types(), name) }

func advice(name string) string { return kinds[rank(name)].advice }
