# METADATA
# title: Model is not signed
# description: >-
#   A signature by a key that the policy lists shows who has released the bytes.
#   Without one, whoever can write to the registry decides what is loaded.
# custom:
#   evidence: [refs.reference, signature.verified]
#   awaits: [signature.verified]
#   absence: true
#   precision: very-high
#   security_severity: "6.5"
#   remediation: >-
#     Use a model that is signed, verify the signature yourself, then waive the model;
#     this version verifies none.
#   standards:
#     - cwe-347
#     - cwe-345
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/3.1.2
#     - owasp-aisvs/3.1.3
#     - atlas/AML.T0010.003
package rules.verification["unsigned-artifact"]

import data.lib.config
import data.lib.hub
import data.lib.use

violations contains {"on": item, "message": message} if {
	some item in use.remote
	options := config.options("unsigned-artifact", item)
	not signed(item, options.keys)
	message := sprintf("%v has no valid signature by %v: required, no evidence.", [item.data.id, wanted(options.keys)])
}

signed(item, keys) if {
	some signature in hub.about(item)["signature.verified"]
	accepted(signature.data.key, keys)
}

accepted(_, keys) if "any" in keys

accepted(key, keys) if key in keys

wanted(keys) := "any key of the policy" if {
	"any" in keys
} else := concat(" or ", keys)
