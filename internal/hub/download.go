package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/httpsafe"
)

// maxBreaks bounds how often one download is taken up again.
const maxBreaks = 16

// Download is a file from an offset to its end. Where the connection breaks it goes on
// from there, as long as the server has the same file.
type Download struct {
	*object
	ctx     context.Context
	body    io.ReadCloser
	offset  int64 // of the next byte
	etag    string
	handed  bool // bytes were handed on
	breaks  int
	failure error
}

// Download opens a file of a model for reading from an offset on, with the ETag of the
// earlier Download that read so far. If the file is another now, reading starts at zero,
// which Offset tells. It takes one of the four places of its host until it is closed.
func (c *Client) Download(ctx context.Context, r *gate.Repository, f gate.RemoteFile, offset int64, etag string) (*Download, error) {
	o, err := c.object(r, f)
	if err != nil {
		return nil, err
	}
	d := &Download{object: o, ctx: ctx}
	if 0 < offset && offset < f.Size && isStrong(etag) {
		d.offset, d.etag = offset, etag
	}
	if err := d.open(); err != nil {
		return nil, d.failed(err)
	}
	return d, nil
}

// Offset is that of the next byte that Read returns.
func (d *Download) Offset() int64 { return d.offset }

// ETag names the state of the file at its server, for resuming.
func (d *Download) ETag() string { return d.etag }

// Read implements io.Reader. Where the file has fewer or more bytes than its listing
// says, there is an error other than io.EOF.
func (d *Download) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for d.failure == nil {
		if d.offset == d.file.Size {
			d.failure = d.end()
			break
		}
		n, err := d.body.Read(p[:min(int64(len(p)), d.file.Size-d.offset)])
		d.offset += int64(n)
		if n > 0 {
			d.handed = true
			return n, nil // an error comes again
		}
		if err != nil {
			d.failure = d.resume(err)
		}
	}
	return 0, d.failure
}

// Close implements io.Closer.
func (d *Download) Close() error {
	d.failure = os.ErrClosed
	if d.body == nil {
		return nil
	}
	err := d.body.Close()
	d.body = nil
	return err
}

func (d *Download) end() error {
	if !httpsafe.Ended(d.body) {
		return d.failed(oddly("sent more bytes than were asked for"))
	}
	return io.EOF
}

// open asks for the file from the offset on, at the endpoint: where that sent us before
// may have expired.
func (d *Download) open() error {
	header := http.Header{}
	if d.offset > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", d.offset))
		header.Set("If-Range", d.etag)
	}
	a, err := d.get(d.ctx, d.home, header)
	if err != nil {
		return err
	}
	if err := d.accept(a); err != nil {
		a.Body.Close()
		return err
	}
	d.body, d.etag = a.Body, a.Header.Get("ETag")
	return nil
}

// accept tells whether an answer is the rest of the file, or the whole of it where that
// is still possible.
func (d *Download) accept(a *answer) error {
	switch {
	case a.StatusCode == http.StatusPartialContent && d.offset > 0:
		if etag := a.Header.Get("ETag"); etag != d.etag {
			return oddly("changed the file while it was read: its ETag was %.80q and is %.80q", d.etag, etag)
		}
		if err := (httpsafe.Span{From: d.offset, To: d.file.Size}).Answers(a.Response, d.file.Size); err != nil {
			return oddly("%v", err)
		}
	case a.StatusCode == http.StatusOK && !d.handed:
		d.offset = 0
		if e := a.Header.Get("Content-Encoding"); e != "" && e != "identity" {
			return oddly("encodes the file as %.30q", e)
		}
		if a.ContentLength >= 0 && a.ContentLength != d.file.Size {
			return oddly("sends %d bytes, and listed %d", a.ContentLength, d.file.Size)
		}
	case a.StatusCode == http.StatusOK:
		return oddly("changed the file while it was read, or ignores ranges")
	case a.StatusCode == http.StatusRequestedRangeNotSatisfiable, a.StatusCode == http.StatusPartialContent:
		return oddly("answered with status %d to a range within the size that it listed, %d", a.StatusCode, d.file.Size)
	default:
		return d.refused(a)
	}
	return d.agrees(a.Response)
}

// resume takes a broken download up again; it returns why that is not possible.
func (d *Download) resume(cause error) error {
	_ = d.body.Close()
	d.body = nil
	if errors.Is(cause, httpsafe.ErrStalled) {
		d.breaks += maxBreaks / 4
	}
	if d.breaks++; d.ctx.Err() != nil || errors.Is(cause, httpsafe.ErrSpent) || d.breaks > maxBreaks || d.offset > 0 && !isStrong(d.etag) {
		if cause == io.EOF {
			cause = io.ErrUnexpectedEOF
		}
		return d.client.failure(d.ctx, d.id, d.client.endpoint.Host, cause)
	}
	if err := d.client.wait(d.ctx, d.id, d.client.jitter(d.breaks-1), false); err != nil {
		return err
	}
	if err := d.open(); err != nil {
		return d.failed(err)
	}
	return nil
}

// isStrong tells that an ETag stands for the same bytes, as If-Range demands.
func isStrong(etag string) bool {
	return len(etag) > 2 && len(etag) < 1024 && strings.HasPrefix(etag, `"`) && strings.HasSuffix(etag, `"`)
}
