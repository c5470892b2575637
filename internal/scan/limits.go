package scan

import "time"

// Limits bound the work on untrusted input. What is over is stated as scan.incomplete.
// A zero field takes its default.
type Limits struct {
	Files      int           // files in a tree; default 1,000,000
	SourceSize int64         // bytes of a source that is searched; default 16 MiB
	Depth      int           // containers in containers, texts in texts; default 8
	Children   int           // files and texts inside one file; default 100,000
	Inflated   int64         // bytes unpacked from one file; default 4 GiB
	Ratio      int64         // bytes unpacked for each byte of the file, once over 16 MiB; default 1,000
	Evidence   int           // facts about one file; default 10,000
	FileTime   time.Duration // for one file with all that is inside; default 2 minutes
	Models     int           // models that registries are asked about; default 500
	Fetched    int64         // bytes fetched of one file of a registry; default 256 MiB
	Online     time.Duration // for all registries together; default 5 minutes
}

const (
	ratioFloor  = 16 << 20 // below this a high ratio is no bomb
	memorySpool = 8 << 20  // larger unpacked files go to a temporary file
)

func (l Limits) withDefaults() Limits {
	l.Files = or(l.Files, 1_000_000)
	l.SourceSize = or(l.SourceSize, 16<<20)
	l.Depth = or(l.Depth, 8)
	l.Children = or(l.Children, 100_000)
	l.Inflated = or(l.Inflated, 4<<30)
	l.Ratio = or(l.Ratio, 1000)
	l.Evidence = or(l.Evidence, 10_000)
	l.FileTime = or(l.FileTime, 2*time.Minute)
	l.Models = or(l.Models, 500)
	l.Fetched = or(l.Fetched, 256<<20)
	l.Online = or(l.Online, 5*time.Minute)
	return l
}

func or[T int | int64 | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}
