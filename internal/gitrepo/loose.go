package gitrepo

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
)

// object is an object in memory.
type object struct {
	kind plumbing.ObjectType
	size int64
	io.ReaderAt
}

func newObject(kind plumbing.ObjectType, data []byte) *object {
	return &object{kind, int64(len(data)), bytes.NewReader(data)}
}

// bytes are a copy of the content.
func (o *object) bytes() ([]byte, error) {
	data := make([]byte, o.size)
	_, err := io.ReadFull(io.NewSectionReader(o, 0, o.size), data)
	return data, err
}

// looseObject is an object in a file of its own, read up to its content.
type looseObject struct {
	kind plumbing.ObjectType
	size int64
	*bufio.Reader
	file *os.File
}

// maxHeader is the longest header, "commit 9223372036854775807\x00", and some.
const maxHeader = 32

func (s *store) loose(h plumbing.Hash) (*looseObject, error) {
	name := h.String()
	for _, dir := range s.dirs {
		path := filepath.Join(dir, name[:2], name[2:])
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, damaged(h)
		}
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		l := &looseObject{file: f}
		if err := l.header(); err != nil {
			f.Close()
			return nil, damaged(h)
		}
		return l, nil
	}
	return nil, absent(h)
}

func (l *looseObject) header() error {
	inflated, err := zlib.NewReader(bufio.NewReader(l.file))
	if err != nil {
		return err
	}
	l.Reader = bufio.NewReader(inflated)
	head, err := l.Peek(maxHeader)
	end := bytes.IndexByte(head, 0)
	if end < 0 {
		return errors.Join(err, plumbing.ErrInvalidType)
	}
	kind, size, _ := bytes.Cut(head[:end], []byte(" "))
	if l.kind, err = plumbing.ParseObjectType(string(kind)); err != nil {
		return err
	}
	if l.size, err = strconv.ParseInt(string(size), 10, 64); err != nil || l.size < 0 {
		return plumbing.ErrInvalidType
	}
	_, err = l.Discard(end + 1)
	return err
}

// Close closes the file.
func (l *looseObject) Close() error { return l.file.Close() }
