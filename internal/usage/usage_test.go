package usage

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestError(t *testing.T) {
	err := fmt.Errorf("reading: %w", Errorf("the file %q: %w", "x", fs.ErrNotExist))
	var mistake Error
	if !errors.As(err, &mistake) || !errors.Is(err, fs.ErrNotExist) || mistake.Error() != `the file "x": file does not exist` {
		t.Errorf("got %v", err)
	}
}
