package policyinit

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// text is the policy. Without what people must fill in, it binds as it stands.
func (d *draft) text(complete bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Which models this repository may use, and how. Written by "gate policy init" from what
# the repository does today: read each line, keep what you mean, remove the rest.
# "gate policy explain" shows the rule behind each line; "gate policy schema" prints a
# JSON Schema for editors.
version: "0.1"
effective_date: %q
# owner: the team that answers for this file

`, d.now.UTC().Format(time.DateOnly))
	d.writeSources(&b)
	d.writeSections(&b)
	if complete {
		d.writePublishers(&b)
		d.writeWaivers(&b)
	}
	return b.Bytes()
}

func (d *draft) writeSources(b *bytes.Buffer) {
	b.WriteString("# Where models may come from. As soon as one source is approved, all others are denied.\n")
	if len(d.sources) == 0 {
		b.WriteString("# approved_sources:\n#   - {name: Hugging Face, url: https://huggingface.co}\n")
	} else {
		b.WriteString("approved_sources:\n")
	}
	for _, name := range slices.Sorted(maps.Keys(d.sources)) {
		fmt.Fprintf(b, `  - name: %s
    url: %s
    trust_level: medium # low: warnings of these lines deny, and files are read in full
    requirements:
      - Model should be pinned to a commit
      # - Publisher must be a verified organization
      # - Model must have safetensors format available
      # - Model must have >1000 downloads (community vetting)
`, strconv.Quote(name), d.sources[name])
	}
	for _, u := range d.elsewhere {
		fmt.Fprintf(b, "  # seen and not approved: %s\n", strconv.Quote(u))
	}
	b.WriteString(`
blocked_sources:
  - Direct downloads from unknown URLs
  - Models shared via email or messaging
  # - Models from unverified personal namespaces on Hugging Face

`)
}

func (d *draft) writeSections(b *bytes.Buffer) {
	b.WriteString("serialization_policy:\n  # Formats that hold weights and no code.\n  allowed_formats:\n")
	for _, f := range d.formats {
		fmt.Fprintf(b, "    - %s\n", f)
	}
	b.WriteString(`  # Formats of which loading can run code.
  blocked_formats:
    - pickle
    - joblib
    - torch.save (without safetensors)
  enforcement: CI/CD pipeline gate -- builds fail if blocked formats are detected

code_execution_policy:
  trust_remote_code: NEVER in production, requires security review for research
  # custom_model_code: Must be reviewed and approved before deployment

`)
	lead := "# "
	if d.locked {
		lead = ""
	} else {
		b.WriteString("# Once \"gate lock\" has written models.lock:\n")
	}
	fmt.Fprintf(b, "%sverification_requirements:\n%s  checksum_validation: Required for all model artifacts\n", lead, lead)
	b.WriteString("#   signature_verification: Required for production deployments\n\n")
}

func (d *draft) writePublishers(b *bytes.Buffer) {
	if len(d.publishers) == 0 {
		return
	}
	b.WriteString(`# Publishers whose models are used. Confirm each one and fill in the id of its account,
# which the registry's API names and which cannot change hands, or remove the line.
publishers:
`)
	for _, name := range slices.Sorted(maps.Keys(d.publishers)) {
		fmt.Fprintf(b, "  - {name: %s, id: %s}\n", strconv.Quote(name), cmp.Or(d.publishers[name], "TODO"))
	}
	b.WriteString("\n")
}

func (d *draft) writeWaivers(b *bytes.Buffer) {
	if len(d.waivers) > 0 {
		fmt.Fprintf(b, `# What is denied today, waived for %d days. Approve each entry with a reason, or remove
# it and fix what it covers. No line counts before it is filled in.
waivers:
`, graceDays)
	}
	expires := d.now.UTC().Add(graceDays * 24 * time.Hour).Format(time.DateOnly)
	for _, w := range d.waivers {
		fmt.Fprintf(b, "  - rule: %s\n    path: %s\n", w.Rule, strconv.Quote(w.Path))
		if w.Digest != "" {
			fmt.Fprintf(b, "    digest: %s\n", w.Digest)
		}
		fmt.Fprintf(b, "    reason: TODO\n    approved_by: TODO\n    expires: %q\n", expires)
	}
	if len(d.open) > 0 {
		b.WriteString("\n# Denied, and not to be waived:\n")
	}
	for _, v := range d.open {
		fmt.Fprintf(b, "#   %s: %s\n", v.Rule, strconv.Quote(v.Message))
	}
}
