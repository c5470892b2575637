package namespace

import "math/bits"

// far is a distance of more than what any step asks for.
const far = 3

// distance is the number of insertions, deletions, substitutions and swaps of neighbours
// between two stripped names (optimal string alignment), or far.
func distance(a, b *shape) int {
	s, t := a.stripped, b.stripped
	if len(s)-len(t) > 2 || len(t)-len(s) > 2 || bits.OnesCount64(a.letters^b.letters) > 4 {
		return far
	}
	return alignment(s, t)
}

func alignment(s, t string) int {
	if len(s) > maxName || len(t) > maxName {
		return far
	}
	var rows [3][maxName + 1]uint8
	for j := range len(t) + 1 {
		rows[0][j] = uint8(j)
	}
	for i := 1; i <= len(s); i++ {
		row, above, over := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = uint8(i)
		least := row[0]
		for j := 1; j <= len(t); j++ {
			cost := above[j-1]
			if s[i-1] != t[j-1] {
				cost++
			}
			cost = min(cost, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cost = min(cost, over[j-2]+1)
			}
			row[j] = cost
			least = min(least, cost)
		}
		if least >= far {
			return far
		}
	}
	return min(far, int(rows[len(s)%3][len(t)]))
}

// transposed tells that two strings of one length differ by a swap of neighbours.
func transposed(s, t string) bool {
	if len(s) != len(t) {
		return false
	}
	i := commonPrefix(s, t)
	return i+1 < len(s) && s[i] == t[i+1] && s[i+1] == t[i] && s[i+2:] == t[i+2:]
}

// doubled tells that one of two strings is the other with a letter doubled.
func doubled(s, t string) bool {
	if len(s) < len(t) {
		s, t = t, s
	}
	if len(s) != len(t)+1 {
		return false
	}
	i := commonPrefix(s, t)
	return i > 0 && s[i] == s[i-1] && s[i+1:] == t[i:]
}

func commonPrefix(s, t string) int {
	i := 0
	for i < len(s) && i < len(t) && s[i] == t[i] {
		i++
	}
	return i
}

func commonSuffix(s, t string) int {
	i := 0
	for i < len(s) && i < len(t) && s[len(s)-1-i] == t[len(t)-1-i] {
		i++
	}
	return i
}

// digitOnly tells that two strings differ in digits only.
func digitOnly(s, t string) bool {
	i, j := 0, 0
	for {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		for j < len(t) && isDigit(t[j]) {
			j++
		}
		if i == len(s) || j == len(t) {
			return i == len(s) && j == len(t)
		}
		if s[i] != t[j] {
			return false
		}
		i, j = i+1, j+1
	}
}
