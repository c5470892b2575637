package hubtest

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// File is a file of a repository. Size and the digests are what the Hub states: a test
// that wants it to lie changes them.
type File struct {
	Data   io.ReaderAt
	Size   int64
	SHA256 string // of a large file
	Git    string // object id: of the file, or of the pointer to a large one
	Large  bool   // in the storage, with a pointer in git
}

// Bytes is a small file, kept in git.
func Bytes(b []byte) File {
	return File{Data: bytes.NewReader(b), Size: int64(len(b)), Git: blobID(b)}
}

// Text is a small file, kept in git.
func Text(s string) File { return Bytes([]byte(s)) }

// LFS is a large file.
func LFS(b []byte) File {
	sum := sha256.Sum256(b)
	return large(bytes.NewReader(b), int64(len(b)), hex.EncodeToString(sum[:]))
}

// Sparse is a large file with the bytes of data and zeros after them. Its SHA-256 is made
// up, since nobody wants to hash it.
func Sparse(size int64, data io.ReaderAt) File {
	sum := sha256.Sum256(fmt.Append(nil, "sparse ", size))
	return large(padded{data}, size, hex.EncodeToString(sum[:]))
}

func large(data io.ReaderAt, size int64, sum string) File {
	f := File{Data: data, Size: size, SHA256: sum, Large: true}
	f.Git = blobID([]byte(f.pointer()))
	return f
}

func (f File) pointer() string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", f.SHA256, f.Size)
}

// etag is what the Hub calls the file's ETag; xet what the storage does.
func (f File) etag() string {
	if f.Large {
		return f.SHA256
	}
	return f.Git
}

func (f File) xet() string {
	sum := sha256.Sum256([]byte("xet " + f.SHA256))
	return hex.EncodeToString(sum[:])
}

func blobID(b []byte) string {
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(b))
	h.Write(b)
	return hex.EncodeToString(h.Sum(nil))
}

// padded has zeros where its data ends.
type padded struct{ data io.ReaderAt }

func (p padded) ReadAt(b []byte, off int64) (int, error) {
	n, err := p.data.ReadAt(b, off)
	if err == nil || errors.Is(err, io.EOF) {
		clear(b[n:])
		return len(b), nil
	}
	return n, err
}
