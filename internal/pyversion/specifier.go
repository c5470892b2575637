package pyversion

import (
	"strconv"
	"strings"
)

// Answer is what a specifier says of a version from which on something holds.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"     // every allowed version is that or later
	No      Answer = "no"      // every allowed version is earlier
	Unknown Answer = "unknown" // some may be either
)

// Since tells whether all versions that a specifier allows are a version or later.
func Since(specifier, version string) Answer {
	since, ok := parse(version)
	if !ok {
		return Unknown
	}
	answer := Answer("")
	for alternative := range strings.SplitSeq(specifier, "||") {
		a := boundsOf(alternative).since(since)
		if answer != "" && a != answer {
			return Unknown
		}
		answer = a
	}
	return answer
}

// bounds are the least and the greatest version that are allowed, where there is one.
type bounds struct {
	low, high *version
	below     bool // high itself is not allowed
	broken    bool // something was not understood
}

func (b bounds) since(v version) Answer {
	switch {
	case b.broken:
		return Unknown
	case b.low != nil && b.low.compare(v) >= 0:
		return Yes
	case b.high != nil && (b.high.compare(v) < 0 || b.below && b.high.compare(v) == 0):
		return No
	}
	return Unknown
}

func boundsOf(conjunction string) bounds {
	var b bounds
	for clause := range strings.FieldsFuncSeq(conjunction, func(r rune) bool { return r == ',' }) {
		b.add(strings.TrimSpace(clause))
	}
	return b
}

// operators are in the order in which they are looked for.
var operators = []string{"===", "==", ">=", "<=", "~=", "!=", ">", "<", "^", "~", "="}

func (b *bounds) add(clause string) {
	op, text := "==", clause // Poetry's bare version
	for _, o := range operators {
		if rest, ok := strings.CutPrefix(clause, o); ok {
			op, text = o, strings.TrimSpace(rest)
			break
		}
	}
	if op == "=" || op == "==" {
		text, _, _ = strings.Cut(text, "=") // Conda's build
	}
	if text == "*" || text == "" && clause != op || op == "!=" {
		return
	}
	prefix, star := strings.CutSuffix(text, ".*")
	v, ok := parse(prefix)
	if !ok {
		b.broken = true
		return
	}
	switch op {
	case "===", "==":
		b.raise(v)
		if star {
			b.lower(v.next(len(v.release)-1), true)
		} else {
			b.lower(v, false)
		}
	case "=": // Conda's: 2.6 is 2.6.*
		b.raise(v)
		b.lower(v.next(len(v.release)-1), true)
	case ">=", ">":
		b.raise(v)
	case "<=":
		b.lower(v, false)
	case "<":
		b.lower(v, true)
	case "~=":
		b.raise(v)
		b.lower(v.next(max(0, len(v.release)-2)), true)
	case "~":
		b.raise(v)
		b.lower(v.next(min(1, len(v.release)-1)), true)
	case "^":
		b.raise(v)
		first := 0
		for first < len(v.release)-1 && v.release[first] == 0 {
			first++
		}
		b.lower(v.next(first), true)
	}
}

func (b *bounds) raise(v version) {
	if b.low == nil || b.low.compare(v) < 0 {
		b.low = &v
	}
}

func (b *bounds) lower(v version, below bool) {
	if b.high == nil || b.high.compare(v) > 0 {
		b.high, b.below = &v, below
	}
}

// version is a version without its local label. Those before a release have a rank below
// zero.
type version struct {
	epoch   int
	release []int
	rank    int
}

// maxParts bounds the numbers of a release.
const maxParts = 8

func parse(text string) (version, bool) {
	text = strings.ToLower(strings.TrimPrefix(strings.Trim(text, `"' `), "v"))
	text, _, _ = strings.Cut(text, "+")
	var v version
	if epoch, rest, ok := strings.Cut(text, "!"); ok {
		n, err := strconv.Atoi(epoch)
		if err != nil {
			return v, false
		}
		v.epoch, text = n, rest
	}
	for text != "" && len(v.release) < maxParts {
		end := len(text) - len(strings.TrimLeft(text, "0123456789"))
		n, err := strconv.Atoi(text[:end])
		if err != nil {
			break
		}
		v.release = append(v.release, n)
		text = text[end:]
		if !strings.HasPrefix(text, ".") || len(text) < 2 || text[1] < '0' || text[1] > '9' {
			break
		}
		text = text[1:]
	}
	suffix := strings.TrimLeft(text, ".-_")
	switch {
	case len(v.release) == 0:
		return v, false
	case suffix == "":
	case strings.HasPrefix(suffix, "post"), strings.HasPrefix(suffix, "r") && !strings.HasPrefix(suffix, "rc"):
		v.rank = 1
	case strings.HasPrefix(suffix, "a"), strings.HasPrefix(suffix, "b"), strings.HasPrefix(suffix, "c"),
		strings.HasPrefix(suffix, "rc"), strings.HasPrefix(suffix, "pre"), strings.HasPrefix(suffix, "dev"):
		v.rank = -1
	default:
		return v, false
	}
	return v, true
}

// next is the first version with the number at an index one higher.
func (v version) next(at int) version {
	out := version{epoch: v.epoch, release: append([]int{}, v.release[:at+1]...)}
	out.release[at]++
	return out
}

func (v version) compare(o version) int {
	if v.epoch != o.epoch {
		return v.epoch - o.epoch
	}
	for i := range max(len(v.release), len(o.release)) {
		if a, b := part(v.release, i), part(o.release, i); a != b {
			return a - b
		}
	}
	return v.rank - o.rank
}

func part(release []int, i int) int {
	if i < len(release) {
		return release[i]
	}
	return 0
}
