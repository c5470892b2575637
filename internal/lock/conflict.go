package lock

import "bytes"

// Sides parts a file in which git left the markers of a conflict, so that both can be
// parsed and merged. Without markers both sides are the text and conflicted is false.
func Sides(text []byte) (ours, theirs []byte, conflicted bool) {
	const both, our, base, their = 0, 1, 2, 3
	side := both
	for line := range bytes.Lines(text) {
		switch {
		case marker(line, "<<<<<<<") && side == both:
			side, conflicted = our, true
		case marker(line, "|||||||") && side == our:
			side = base
		case marker(line, "=======") && (side == our || side == base):
			side = their
		case marker(line, ">>>>>>>") && side == their:
			side = both
		default:
			if side == both || side == our {
				ours = append(ours, line...)
			}
			if side == both || side == their {
				theirs = append(theirs, line...)
			}
		}
	}
	return ours, theirs, conflicted
}

func marker(line []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r\n"), []byte(mark))
	return ok && (len(rest) == 0 || rest[0] == ' ')
}
