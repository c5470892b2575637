package binary

import (
	"errors"
	"fmt"
	"io"
)

// Stream reads from a decoder and remembers how that ended. A decoder that panics on
// bytes that nobody foresaw ends like one with an error.
type Stream struct {
	R    io.Reader
	N    int64 // bytes read
	Err  error // what ended it before the end
	Done bool  // the end was reached
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			s.Err = fmt.Errorf("decoder: %v", r)
			n, err = 0, s.Err
		}
	}()
	if s.Err != nil {
		return 0, s.Err
	}
	n, err = s.R.Read(p)
	s.N += int64(n)
	switch {
	case errors.Is(err, io.EOF):
		s.Done = true
	case err != nil:
		s.Err = err
	}
	return n, err
}
