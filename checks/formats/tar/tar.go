// Package tar hands back the members of a tar archive and states which of them lead out
// of the folder they are unpacked in.
//
// The format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
package tar

import (
	stdtar "archive/tar"
	"context"
	"fmt"
	"io"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/archive"
	"github.com/modelgate/gate/internal/binary"
	"github.com/modelgate/gate/internal/tarfile"
)

// Inspector reads tar archives.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name:  "tar",
		Doc:   "Tar archives: members, links and devices that leave their folder.",
		Emits: archive.Emits(),
	}
}

// Wants implements checks.Inspector.
func (Inspector) Wants(b *gate.Blob) bool { return tarfile.Sniff(b.Head()) }

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	a, err := tarfile.Read(ctx, b, b.Size)
	if err != nil {
		out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: "reading the archive: " + err.Error(), Budget: "time"})
		out.Format("tar", gate.Unread, err.Error())
		return
	}
	i := &inspection{a: a, out: out, clean: !a.Padded()}
	for _, w := range a.Broken {
		i.malformed(w.Offset, w.Reason)
	}
	if a.Unfinished != "" {
		i.incomplete(a.Unfinished, "entries")
	}
	for n := range a.Members {
		if err := ctx.Err(); err != nil {
			i.incomplete("handing back members: "+err.Error(), "time")
			break
		}
		i.member(&a.Members[n])
	}
	i.rest(b)
	switch {
	case i.broken != "":
		out.Format("tar", gate.Unread, i.broken)
	case a.Torch():
		// Its inspector says how far the file was understood.
	case i.clean:
		out.Format("tar", gate.Verified, "")
	default:
		out.Format("tar", gate.Unproven, "")
	}
}

type inspection struct {
	a      *tarfile.Archive
	out    gate.Recorder
	clean  bool
	broken string
}

func (i *inspection) malformed(offset int64, reason string) {
	i.broken = reason
	i.out.Emit(archive.KindMalformed, gate.Location{Offset: offset}, gate.Malformed{Reason: reason})
}

func (i *inspection) incomplete(reason, budget string) {
	i.broken = reason
	i.out.Emit(gate.KindIncomplete, gate.Location{}, gate.Incomplete{Reason: reason, Budget: budget})
}

// member states what a member is if it is no file, and hands it back if it is.
func (i *inspection) member(m *tarfile.Member) {
	i.clean = archive.Name(i.out, m.Name, m.Header) && i.clean
	switch m.Type {
	case stdtar.TypeDir, stdtar.TypeXGlobalHeader:
	case stdtar.TypeLink, stdtar.TypeSymlink:
		i.clean = false
		archive.Link(i.out, m.Name, m.Link, m.Type == stdtar.TypeLink, m.Header)
	case stdtar.TypeChar, stdtar.TypeBlock, stdtar.TypeFifo:
		i.clean = false
		archive.Device(i.out, m.Name, m.Header)
	default:
		if m.Regular() && i.a.Torch() {
			return
		}
		i.hand(m)
	}
}

func (i *inspection) hand(m *tarfile.Member) {
	r, err := i.a.Open(m)
	if err != nil {
		i.malformed(m.Header, fmt.Sprintf("member %q: %v", m.Name, err))
		return
	}
	if !m.Sparse {
		i.out.Child(m.Name, m.Size, r)
		return
	}
	s := &binary.Stream{R: r}
	i.out.Child(m.Name, -1, s)
	if s.Err != nil {
		i.malformed(m.Header, fmt.Sprintf("member %q: %v", m.Name, s.Err))
	}
}

// rest hands back what stands behind the archive.
func (i *inspection) rest(b *gate.Blob) {
	if i.a.End >= b.Size || archive.Hollow(b, i.a.End, b.Size) {
		return
	}
	i.clean = false
	size := b.Size - i.a.End
	i.out.Emit(archive.KindAnomaly, gate.Location{Offset: i.a.End}, archive.Anomaly{Problem: "suffix", Detail: fmt.Sprintf("%d bytes", size)})
	i.out.Child("[suffix]", size, io.NewSectionReader(b, i.a.End, size))
}
