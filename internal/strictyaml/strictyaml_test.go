package strictyaml

import (
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// read reads a file of a name, words, and records of a word each.
func read(text string) (*Reader, map[string]*yaml.Node, *yaml.Node) {
	r := New("file.yaml", "policy")
	root := r.Document([]byte(text))
	if root == nil {
		return r, nil, nil
	}
	return r, r.Mapping(root, "the policy", "name", "words", "map"), root
}

func TestRead(t *testing.T) {
	r, fields, root := read("name: 5\nwords: [a, b]\nmap: {k: v}\n")
	name, ok := r.Scalar(fields["name"], "name")
	words, _ := r.Words(fields["words"], "words")
	pairs, _ := r.WordMap(fields["map"], "map")
	if !ok || name != "5" || len(words) != 2 || words[1] != "b" || len(pairs) != 1 || pairs["k"] != "v" {
		t.Errorf("%q %v %v", name, words, pairs)
	}
	if one, ok := r.Words(fields["name"], "name"); !ok || len(one) != 1 {
		t.Errorf("a text alone is %v", one)
	}
	r.Claim(fields["name"])
	if left := r.Unclaimed(root); len(left) != 3 || left[0].Value != "a" {
		t.Errorf("%d scalars are unclaimed", len(left))
	}
	if !r.Need(root, "the policy", fields, "name", "map") || r.Err() != nil {
		t.Error(r.Err())
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "file.yaml:1:1: the policy is empty"},
		{"a: 1\n---\nb: 2\n", "a policy is one YAML document"},
		{"name: [1", "not valid YAML"},
		{strings.Repeat("#", MaxSize+1), "the policy has 1048577 bytes"},
		{"- a", "the policy must be a mapping, not a list"},
		{"nmae: 5", "file.yaml:1:1: the policy has no key \"nmae\"\n  near: name"},
		{"name: 1\nname: 2", `2:1: the policy has "name" twice, first in line 1`},
		{"[a]: b", "a key of the policy must be a name, not a list"},
		{"name: ~", "name must be text, not nothing"},
		{"name: !!binary aGk=", "name must be text, not !!binary"},
		{"name: {}", "name must be text, not a mapping"},
		{"words: &x [a]\nname: *x", "not an alias, which a policy cannot have"},
		{"words: {}", "words must be a list, not a mapping"},
		{"name: ' <todo> '", "the policy.name is not filled in"},
		{"words: [" + strings.Repeat("a,", 2000) + "]", "words has 2000 entries, more than 1024"},
		{"map: [a]", "map must be a mapping, not a list"},
		{"name: \"\\u202e\"\n\"\\u202e\": 1", `\u202e`},
	} {
		r, fields, _ := read(c.text)
		if fields["words"] != nil {
			r.Words(fields["words"], "words")
		}
		if fields["map"] != nil {
			r.WordMap(fields["map"], "map")
		}
		if fields["name"] != nil {
			text, _ := r.Scalar(fields["name"], "name")
			r.Filled(fields, map[string]string{"name": text}, "the policy")
		}
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q: %v, want %s", c.text, err, c.want)
		}
	}
}

func TestErrors(t *testing.T) {
	r, _, _ := read("")
	for i := range 2 * MaxErrors {
		r.At(MaxErrors-i, 1, nil, "%s", strings.Repeat("x", 1000))
	}
	if !r.Full() || r.Found() != MaxErrors {
		t.Errorf("%d errors", r.Found())
	}
	var first *Error
	if !errors.As(r.Err(), &first) || len(first.Message) > 210 {
		t.Errorf("the first is %v", first)
	}
	if r.Need(&yaml.Node{}, "x", nil, "a") {
		t.Error("a key that is missing is not")
	}
}
