package policy

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/modelgate/gate"
)

const customHead = `# METADATA
# title: Archive is ours
# description: It must not be.
# custom:
#   evidence: [scan.incomplete]
#   precision: high
#   security_severity: "5.0"
#   remediation: Remove it.
`

const customBody = `package custom.rules.scan["our-archive"]

violations contains {"on": item, "message": sprintf("%v is ours.", [item.at.path])} if {
	some item in input.evidence["scan.incomplete"]
}
`

func custom(text string) map[string][]byte { return map[string][]byte{"ours.rego": []byte(text)} }

func TestCustomRule(t *testing.T) {
	in := Input{Custom: custom(customHead + customBody), Evidence: []gate.Evidence{incomplete("a.zip")}}
	wantIDs(t, decide(t, in), "our-archive deny", "scan-incomplete deny")
	in.Config = rule("our-archive", map[string]any{"level": level("warn", "warn")})
	wantIDs(t, decide(t, in), "our-archive warn", "scan-incomplete deny")
	in.Custom = custom(strings.Replace(customHead, "#   precision", "#   level: warn\n#   precision", 1) + customBody)
	in.Config = nil
	wantIDs(t, decide(t, in), "our-archive warn", "scan-incomplete deny")
	in.Evidence = nil
	wantIDs(t, decide(t, in))
}

func TestCustomRuleIsRefused(t *testing.T) {
	call := func(expression string) string {
		return customHead + "package custom.rules.scan[\"our-archive\"]\n\nviolations contains {\"on\": item, \"message\": \"m\"} if {\n\tsome item in input.evidence[\"scan.incomplete\"]\n\t" + expression + "\n}\n"
	}
	for name, text := range map[string]string{
		"no metadata":       customBody,
		"part of metadata":  strings.Replace(customHead, "#   remediation: Remove it.\n", "", 1) + customBody,
		"built-in id":       customHead + strings.Replace(customBody, "our-archive", "scan-incomplete", 1),
		"package of ours":   customHead + strings.Replace(customBody, "custom.rules.scan", "rules.scan", 1),
		"package main":      customHead + "package main\n",
		"deeper package":    customHead + strings.Replace(customBody, "custom.rules.scan", "custom.rules.scan.x", 1),
		"syntax":            customHead + customBody + "}",
		"network":           call(`http.send({"method": "get", "url": "http://localhost"})`),
		"clock":             call(`time.now_ns() > 0`),
		"chance":            call(`rand.intn("x", 2) > 0`),
		"environment":       call(`opa.runtime().env`),
		"lookup":            call(`net.lookup_ip_addr("localhost")`),
		"parser":            call(`rego.parse_module("x", "package x")`),
		"unused variable":   call(`x := 1`),
		"type error":        call(`count(1) > 0`),
		"verdicts":          call(`data.main.violations`),
		"failing built-in":  call(`to_number("x") > 0`),
		"odd message":       strings.Replace(call("true"), `"message": "m"`, `"message": 1`, 1),
		"no item":           strings.Replace(call("true"), `"on": item`, `"of": item`, 1),
		"item of its own":   strings.Replace(call("item.at"), `"on": item`, `"on": {"source": "", "at": {"path": 1}}`, 1),
		"other shape":       customHead + "package custom.rules.scan[\"our-archive\"]\n\nviolations := 1\n",
		"nothing at all":    customHead + "package custom.rules.scan[\"our-archive\"]\n\nother := 1\n",
		"bad level":         strings.Replace(customHead, "#   precision", "#   level: fatal\n#   precision", 1) + customBody,
		"conflicting rules": customHead + "package custom.rules.scan[\"our-archive\"]\n\nviolations := {1} if input.now\n\nviolations := {2} if input.now\n",
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Custom: custom(text), Evidence: []gate.Evidence{incomplete("a.zip")}, Now: noon}
			if got, _, err := newEngine(t, Options{}).Decide(context.Background(), in); err == nil {
				t.Errorf("no error, but %+v", got)
			}
		})
	}
}

func TestCustomRuleIsBounded(t *testing.T) {
	endless := customHead + `package custom.rules.scan["our-archive"]

violations contains {"on": input.evidence["scan.incomplete"][0], "message": "m"} if {
	xs := numbers.range(1, 3000)
	some a in xs
	some b in xs
	some c in xs
	a + b + c < 0
}
`
	hungry := customHead + `package custom.rules.scan["our-archive"]

violations contains {"on": input.evidence["scan.incomplete"][0], "message": "m"} if {
	xs := numbers.range(1, 3000)
	ys := [[a, b] | some a in xs; some b in xs]
	count(ys) < 0
}
`
	for name, test := range map[string]struct {
		text    string
		options Options
	}{
		"time":   {endless, Options{CustomTimeout: 100 * time.Millisecond}},
		"memory": {hungry, Options{CustomTimeout: time.Minute, CustomMemory: 8 << 20}},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Custom: custom(test.text), Evidence: []gate.Evidence{incomplete("a.zip")}, Now: noon}
			start := time.Now()
			if _, _, err := newEngine(t, test.options).Decide(context.Background(), in); err == nil {
				t.Error("no error")
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
