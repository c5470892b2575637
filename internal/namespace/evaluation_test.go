package namespace

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// data are real names of publishers and ids of models. Every one stands in the source of
// a public project; two of the names are misspelled there.
type data struct {
	publishers []string
	real       map[string]bool     // the publishers in lower case
	models     map[string][]string // by publisher, in lower case
}

// notModels are entries of the list of models that are data sets, spaces, results or
// placeholders, which nobody loads as a model.
var notModels = set(`align-anything code_contests fineweb-2 imdb snli yodas mls_eng mls_eng_10k
	wikipedia-assistant models-moved arena leaderboard chatbot-arena-leaderboard vidore-leaderboard
	scidocs-reranking Docmatix webvid the_cauldron WebSight tts-voices google_speech_command_xvector DA-2K
	VideoChatGPT Video-MME FollowIR-train ultrachat_200k ultrafeedback_binarized lmsys-chat-1m finemath smoltalk
	bible_para opus-100 opus_books Huatuo26M-Lite Global-MMLU test-slices dog-example general pipelines
	community-pipelines-mirror test-model-repo the-no-branch-repo documentation-images gooaq vram-16 vram-24 other
	repeat report bcb_update something_something_v2`)

var misspelled = []string{"tiuae", "ightonai"}

func load(t testing.TB) data {
	t.Helper()
	dir := os.Getenv("GATE_SHARED")
	if dir == "" {
		t.Skip("GATE_SHARED is not set")
	}
	lines := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(dir, "data", name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(text))
	}
	valid := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	d := data{real: map[string]bool{}, models: map[string][]string{}}
	for _, name := range lines("hub-orgs.txt") {
		if key := strings.ToLower(name); !d.real[key] {
			d.real[key] = true
			d.publishers = append(d.publishers, name)
		}
	}
	for _, id := range lines("hub-models.txt") {
		if valid.MatchString(id) {
			ns, name, _ := strings.Cut(id, "/")
			if notModels[name] || strings.HasPrefix(name, "baseline") || strings.HasPrefix(name, "parallel-sentences") {
				continue
			}
			d.models[strings.ToLower(ns)] = append(d.models[strings.ToLower(ns)], name)
		}
	}
	return d
}

// strangers is an index that knows the protected publishers only, so that every other
// real publisher is one that it never heard of.
func strangers() *Index { return New(parseProtected(protectedText), nil) }

// variant is a name that imitates, made by a class of attack.
type variant struct{ class, name, target string }

// splits a name into development and test by its hash.
func forTest(name string) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()%2 == 1
}

type tally struct{ all, low, medium, high, critical int }

func (c *tally) count(t Tier) {
	c.all++
	for _, at := range []struct {
		tier Tier
		n    *int
	}{{Low, &c.low}, {Medium, &c.medium}, {High, &c.high}, {Critical, &c.critical}} {
		if t >= at.tier {
			*at.n++
		}
	}
}

func rate(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (c *tally) log(t *testing.T, what string) {
	t.Helper()
	t.Logf("%-34s %5d: low %.4f medium %.4f high %.4f critical %.4f", what, c.all,
		rate(c.low, c.all), rate(c.medium, c.all), rate(c.high, c.all), rate(c.critical, c.all))
}

// alarms counts alarms about real publishers that an index does not know, by their names
// and by their models.
func alarms(t *testing.T, d data, x *Index, verbose bool) (names, references tally) {
	t.Helper()
	borrowed, reported := 0, map[string]bool{}
	for _, name := range d.publishers {
		if x.Knows(name) || slices.Contains(misspelled, name) {
			continue
		}
		m, _ := x.Compare(name, "")
		names.count(m.Tier)
		if m.Tier >= Medium && verbose {
			t.Logf("%s: %s like %s (%s, %d)", m.Tier, name, m.Target, m.Relation, m.Distance)
		}
		for _, model := range d.models[strings.ToLower(name)] {
			r, _ := x.Compare(name, model)
			references.count(r.Tier)
			if r.Tier == None && x.Owner(model) != "" {
				borrowed, reported[name] = borrowed+1, true
			}
		}
	}
	names.log(t, "alarms about publishers")
	references.log(t, "alarms about models")
	t.Logf("models of a well-known name: %d of %d publishers", borrowed, len(reported))
	return names, references
}

// recall counts the imitations of the protected publishers that are found, by the name
// and with a model that the publisher has.
func recall(t *testing.T, d data, x *Index, what string, generate func(string) []variant) (names, references tally) {
	t.Helper()
	var dev, test tally
	classes := map[string]*tally{}
	var order []string
	for _, e := range x.protected {
		for _, v := range generate(e.name) {
			if x.Knows(v.name) || d.real[strings.ToLower(v.name)] {
				continue
			}
			m, _ := x.Compare(v.name, "")
			tier := m.Tier
			if folded, ok := Fold(v.name); ok && x.Imitated(folded) == v.target {
				tier = Critical
			}
			if classes[v.class] == nil {
				classes[v.class] = &tally{}
				order = append(order, v.class)
			}
			classes[v.class].count(tier)
			names.count(tier)
			if forTest(e.name) {
				test.count(tier)
			} else {
				dev.count(tier)
			}
			if model := sample(d.models[e.folded], v.name); model != "" {
				r, _ := x.Compare(v.name, model)
				references.count(max(tier, r.Tier))
			}
		}
	}
	for _, class := range order {
		classes[class].log(t, what+" "+class)
	}
	dev.log(t, what+", development half")
	test.log(t, what+", test half")
	names.log(t, what+", all")
	references.log(t, what+", with a model")
	return names, references
}

// TestFalseAlarms holds the rate of alarms about real publishers, all of them taken for
// unknown.
func TestFalseAlarms(t *testing.T) {
	names, references := alarms(t, load(t), strangers(), true)
	if r := rate(names.high, names.all); r > 0.005 {
		t.Errorf("%.4f of the real publishers are blocked", r)
	}
	if r := rate(references.high, references.all); r > 0.005 {
		t.Errorf("%.4f of the real models are blocked", r)
	}
	if names.critical+references.critical > 0 {
		t.Errorf("%d publishers and %d models are critical", names.critical, references.critical)
	}
}

// TestRecall holds how many imitations of the protected publishers are found, by two
// generators that are written differently.
func TestRecall(t *testing.T) {
	d := load(t)
	for what, generate := range map[string]func(string) []variant{"own": imitate, "other": permute} {
		t.Run(what, func(t *testing.T) {
			names, references := recall(t, d, strangers(), what, generate)
			if r := rate(references.high, references.all); r < 0.98 {
				t.Errorf("%.4f of the references are blocked", r)
			}
			if r := rate(names.medium, names.all); r < 0.9 {
				t.Errorf("%.4f of the names are warned of", r)
			}
		})
	}
}

// TestOtherPublishers measures the steps with publishers that nothing was chosen for:
// every eighth real one is protected, with its models, and the others are unknown.
func TestOtherPublishers(t *testing.T) {
	d := load(t)
	var protected []Publisher
	for i := 0; i < len(d.publishers); i += 8 {
		name := d.publishers[i]
		protected = append(protected, Publisher{Name: name, Models: d.models[strings.ToLower(name)]})
	}
	x := New(protected, nil)
	names, alarmed := alarms(t, d, x, true)
	_, found := recall(t, d, x, "own", imitate)
	if r := rate(names.high, names.all); r > 0.01 {
		t.Errorf("%.4f of the real publishers are blocked", r)
	}
	if r := rate(alarmed.critical, alarmed.all); r > 0.002 {
		t.Errorf("%.4f of the real models are critical", r)
	}
	if r := rate(found.high, found.all); r < 0.95 {
		t.Errorf("%.4f of the references are blocked", r)
	}
}

// sample picks one of the models of a publisher that say whose they are.
func sample(models []string, by string) string {
	models = slices.DeleteFunc(slices.Clone(models), func(m string) bool { return generic(strip(m)) })
	if len(models) == 0 {
		return ""
	}
	h := fnv.New32a()
	h.Write([]byte(by))
	return models[int(h.Sum32())%len(models)]
}

func BenchmarkCompare(b *testing.B) {
	names := []string{"meta-llama-community", "some-unrelated-user", "rnistralai", "TheDeepSeekers", "johndoe42"}
	all := parseProtected(protectedText)
	for _, size := range []int{100, len(all)} {
		x := New(all[:size], nil)
		b.Run(fmt.Sprintf("P=%d", size), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				x.Compare(names[i%len(names)], "Llama-3.1-8B")
			}
		})
	}
}
