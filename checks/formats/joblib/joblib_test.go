package joblib_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"testing"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/checks/formats/joblib"
	"github.com/modelgate/gate/internal/checktest"
)

// file is a ZF file of content, with text between the length and the stream.
func file(content, between string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "ZF%-19s%s", fmt.Sprintf("0x%x", len(content)), between)
	z := zlib.NewWriter(&b)
	z.Write([]byte(content))
	z.Close()
	return b.Bytes()
}

func TestInspect(t *testing.T) {
	const pickle = "\x80\x02]q\x00."
	good := file(pickle, "")
	cases := []struct {
		name  string
		data  []byte
		state gate.State
		child string
	}{
		{"sound", good, gate.Verified, pickle},
		{"with a blank", file(pickle, " "), gate.Verified, pickle},
		{"bytes behind", append(bytes.Clone(good), "more"...), gate.Unproven, pickle},
		{"cut off", good[:len(good)-6], gate.Unread, pickle},
		{"no zlib", append([]byte("ZF0x10               "), "nothing"...), gate.Unread, ""},
		{"wrong length", append([]byte("ZF0x99               "), good[21:]...), gate.Unproven, pickle},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !checktest.Wants(joblib.Inspector{}, "m.joblib", c.data) {
				t.Fatal("not wanted")
			}
			r := checktest.Inspect(t, joblib.Inspector{}, "m.joblib", c.data)
			if r.State != c.state {
				t.Errorf("state %q (%s), want %q", r.State, r.Reason, c.state)
			}
			child := ""
			if len(r.Children) == 1 {
				child = string(r.Children[0].Data)
			}
			if child != c.child {
				t.Errorf("child %q, want %q", child, c.child)
			}
		})
	}
}

func TestWants(t *testing.T) {
	for _, text := range []string{"", "ZF", "ZF is a company and makes gears", "ZFzzzzzzzzzzzzzzzzzzzzzzzzz"} {
		if checktest.Wants(joblib.Inspector{}, "a.joblib", []byte(text)) {
			t.Errorf("wants %q", text)
		}
	}
}

func FuzzInspect(f *testing.F) {
	checktest.FuzzInspect(f, joblib.Inspector{}, "m.joblib", file("\x80\x02].", ""), file("", " "))
}
