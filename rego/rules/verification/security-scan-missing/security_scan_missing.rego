# METADATA
# title: Model has not passed a security scan
# description: >-
#   The policy asks that each model was scanned before it is used, with its present
#   digests and not too long ago. It was if this run has read its files, or if the lock
#   records a scan whose rules are not too old.
# custom:
#   evidence: [refs.reference, scan.record, artifact.file, scan.incomplete, watch.moved]
#   absence: true
#   precision: very-high
#   security_severity: "5.0"
#   remediation: >-
#     Run the gate online, so that it reads the files, or run `gate lock`, which scans
#     the model and records it.
#   standards:
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0058
#     - atlas/AML.T0011
#     - ssdf/RV.1.1
package rules.verification["security-scan-missing"]

import data.lib.config
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("security-scan-missing", item)
	not read(item.data.model.source, item.model)
	not recorded(item, options.max_age_days)
	message := sprintf("%v has no passed security scan of the last %v days: required, no evidence.", [item.data.id, options.max_age_days])
}

recorded(item, max_age) if {
	some record in hub.pinned(item, "scan.record")
	record.data.verdict == "pass"
	record.data.age_days <= max_age

	# A model that is not at its locked commit any more has other files than were scanned.
	not hub.about(item)["watch.moved"]
}

# Whether this run has read the files of a model: what it found in them, other rules judge.
read(registry, model) if {
	facts := input.about[registry][model]
	files := facts["artifact.file"]
	not facts["scan.incomplete"]
	unread := [file |
		some file in files
		file.data.state == "unread"
		object.get(file.data, "loaded", "") != "no"
	]
	count(unread) == 0
} else := false
