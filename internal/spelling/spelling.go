// Package spelling finds the name that a misspelt word was meant to be.
package spelling

import (
	"slices"
	"strings"
)

// Nearest are the names that word may have been meant to be.
func Nearest(word string, names []string) []string {
	var near []string
	bound := max(1, len(word)/3)
	for distance := 1; distance <= bound && len(near) == 0; distance++ {
		for _, name := range names {
			if Distance(strings.ToLower(word), name, bound) == distance {
				near = append(near, name)
			}
		}
	}
	if len(near) == 0 && len(word) >= 4 {
		for _, name := range names {
			if strings.Contains(name, word) || strings.Contains(word, name) {
				near = append(near, name)
			}
		}
	}
	slices.Sort(near)
	return near[:min(3, len(near))]
}

// Distance counts the insertions, deletions, substitutions and swaps that turn a into b;
// words that differ in length by more than bound are not compared.
func Distance(a, b string, bound int) int {
	if len(a)-len(b) > bound || len(b)-len(a) > bound || len(a) > 64 {
		return bound + 1
	}
	var before, above []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}
