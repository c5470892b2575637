# METADATA
# title: Model has a new file of a format that can run code
# description: >-
#   Since the model was locked, a file was added whose format can run code when it is
#   loaded, or that is a program itself. Attackers who get hold of a trusted model add
#   such a file beside the good ones.
# custom:
#   evidence: [watch.file]
#   precision: high
#   security_severity: "8.0"
#   remediation: >-
#     Pin the locked commit in the code. To take the new one, find out who added the
#     file and why, then run `gate lock --upgrade` for the model.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-llm/LLM04:2025
#     - owasp-aisvs/6.1.1
#     - owasp-aisvs/4.1.2
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - atlas/AML.T0010.003
#     - ssdf/PW.4.1
package rules.change["dangerous-file-added"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["watch.file"]
	item.data.change == "added"
	regex.match(pattern, lower(fact.text(item, "path")))
	message := sprintf("%q is a new file of %v since it was locked, and can run code.", [fact.text(item, "path"), item.model])
}

# Pickles and what holds them, models with code in them, libraries and programs. Source code
# is judged as such.
pattern := concat("", [
	`\.(bin|ckpt|cloudpickle|dill|h5|hdf5|joblib|keras|mar|nemo|p|pdmodel|pdparams|pickle|pkl|pt|pt2|pth|ptl`,
	`|rda|rdata|rds|bat|cmd|com|dll|dylib|exe|msi|node|ps1|pyd|scr|so(\.[0-9]+)*)$`,
])
