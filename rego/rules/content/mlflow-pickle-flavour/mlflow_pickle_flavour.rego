# METADATA
# title: MLflow model is stored as a pickle
# description: >-
#   The flavour of the model is read by pickle or cloudpickle, or brings code of its
#   own, and runs whatever the files say.
# custom:
#   evidence: [mlflow.flavour]
#   precision: high
#   security_severity: "7.0"
#   remediation: >-
#     Log the model with a flavour whose format holds data only.
#   standards:
#     - cwe-502
#     - cwe-94
#     - cwe-913
#     - owasp-llm/LLM03:2025
#     - owasp-aisvs/4.1.2
#     - owasp-aisvs/6.1.1
#     - atlas/AML.T0011.000
#     - atlas/AML.T0018.002
#     - ssdf/PW.4.1
package rules.content["mlflow-pickle-flavour"]

import data.lib.fact

violations contains {"on": item, "message": message} if {
	some item in input.evidence["mlflow.flavour"]
	message := sprintf("%v has the flavour %v with %v: %v, which runs code from the model's files.", [
		fact.entry(item), fact.text(item, "name"), fact.text(item, "field"), fact.text(item, "value"),
	])
}
