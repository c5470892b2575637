// Command gen writes the catalogue of the rules from their metadata: gen FILE.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/modelgate/gate/internal/policy"
	"github.com/modelgate/gate/rego"
)

func main() {
	defaults, err := rego.Defaults()
	if err != nil {
		log.Fatal(err)
	}
	entries, err := policy.Catalogue(rego.FS, defaults)
	if err != nil {
		log.Fatal(err)
	}
	text, err := json.MarshalIndent(entries, "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], append(text, '\n'), 0o644); err != nil {
		log.Fatal(err)
	}
}
