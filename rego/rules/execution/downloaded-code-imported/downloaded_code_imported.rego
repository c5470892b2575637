# METADATA
# title: Downloaded code is imported
# description: >-
#   Code that was downloaded at run time is imported or loaded as a library. Whoever
#   controls what is downloaded runs code here.
# custom:
#   evidence: [code.load]
#   precision: high
#   security_severity: "8.8"
#   remediation: >-
#     Install the code as a package with a locked version, or have it reviewed and
#     committed.
#   standards:
#     - cwe-829
#     - cwe-94
#     - cwe-494
#     - cwe-506
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0010.001
#     - atlas/AML.T0011.001
#     - ssdf/PW.4.1
package rules.execution["downloaded-code-imported"]

import data.lib.use

violations contains object.union({"on": item, "message": message}, use.certainty(item)) if {
	some item in use.loads("downloaded-code")
	not load(item) in told
	message := sprintf("%v runs code that was downloaded with %v.", [use.call(item), use.subject(item)])
}

# The same call, which also says itself that it trusts what it loads, is remote code and
# denied as that.
told := {load(item) |
	some item in use.loads("remote-code")
	use.value(item) != "?"
}

load(item) := [item.at.path, use.callee(item), object.get(item.data, "model", "")]
