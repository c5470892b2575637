package binary

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("index out of range") }

func TestStream(t *testing.T) {
	whole := &Stream{R: strings.NewReader("abc")}
	if got, err := io.ReadAll(whole); err != nil || string(got) != "abc" || !whole.Done || whole.N != 3 {
		t.Errorf("read %q, %v, done %v, %d bytes", got, err, whole.Done, whole.N)
	}
	want := errors.New("broken")
	broken := &Stream{R: io.MultiReader(strings.NewReader("ab"), iotest.ErrReader(want))}
	if got, err := io.ReadAll(broken); !errors.Is(err, want) || !errors.Is(broken.Err, want) || broken.Done || string(got) != "ab" {
		t.Errorf("read %q, %v, done %v", got, err, broken.Done)
	}
	odd := &Stream{R: panicking{}}
	if _, err := io.ReadAll(odd); err == nil || odd.Err == nil || odd.Done {
		t.Errorf("a panic gives %v", err)
	}
}
