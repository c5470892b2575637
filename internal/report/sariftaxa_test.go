package report

import "testing"

// TestTaxonomy holds the relationships of the rules to the taxa that they name.
func TestTaxonomy(t *testing.T) {
	log := decode(t, render(t, "sarif", Options{}))
	run := log["runs"].([]any)[0].(map[string]any)
	cwe := run["taxonomies"].([]any)[0].(map[string]any)
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	if cwe["name"] != "CWE" || driver["supportedTaxonomies"].([]any)[0].(map[string]any)["name"] != "CWE" {
		t.Errorf("got the taxonomy %v", cwe)
	}
	taxa := cwe["taxa"].([]any)
	related := 0
	for _, x := range driver["rules"].([]any) {
		list, _ := x.(map[string]any)["relationships"].([]any)
		for _, r := range list {
			target := r.(map[string]any)["target"].(map[string]any)
			if taxon := taxa[int(target["index"].(float64))].(map[string]any); taxon["id"] != target["id"] || taxon["helpUri"] != "https://cwe.mitre.org/data/definitions/494.html" {
				t.Errorf("%v leads to %v", target, taxon)
			}
			related++
		}
	}
	if related != 1 || len(taxa) != 1 {
		t.Errorf("got %d relationships and %d taxa; one rule names one weakness", related, len(taxa))
	}
}
