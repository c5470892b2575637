// Package xml reads models that are XML: PMML (https://dmg.org/pmml/v4-4-1/GeneralStructure.html)
// and the graphs of OpenVINO (https://docs.openvino.ai/2025/documentation/openvino-ir-format.html).
// It states what their document type makes a reader fetch or expand, scripts in them, and
// layers that a library must bring.
package xml

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/jsontree"
)

const (
	maxSize  = 256 << 20
	maxDepth = 10_000
)

// Entity is the data of pmml.entity: a declaration of the document type that its reader
// expands, or fetches where System is set.
type Entity struct {
	Name   string `json:"name"`
	System string `json:"system"`
}

// Script is the data of xml.script: an element that holds a script.
type Script struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Layer is the data of openvino.layer: a layer that is not one of OpenVINO's own.
type Layer struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Library string `json:"library"`
}

// Inspector reads models that are XML.
type Inspector struct{}

// Spec implements checks.Inspector.
func (Inspector) Spec() gate.Spec {
	return gate.Spec{
		Name: "xml",
		Doc:  "PMML and OpenVINO: entities, scripts, and layers that a library must bring.",
		Emits: map[gate.Kind]any{
			"pmml.entity":       Entity{},
			"xml.script":        Script{},
			"openvino.layer":    Layer{},
			"xml.malformed":     gate.Malformed{},
			gate.KindExternal:   gate.External{},
			gate.KindIncomplete: gate.Incomplete{},
		},
	}
}

// formats are the elements that models begin with, and what such a file is called.
var formats = map[string]string{"PMML": "pmml", "net": "openvino"}

// Wants implements checks.Inspector: by the root, or by the name where the document type
// is longer than the head.
func (Inspector) Wants(b *gate.Blob) bool {
	name := strings.ToLower(b.Path)
	if strings.HasSuffix(name, ".pmml") {
		return true
	}
	head := bytes.TrimLeft(jsontree.Decode(b.Head()), " \t\r\n")
	if len(head) == 0 || head[0] != '<' {
		return false
	}
	root, open := rootOf(head)
	return formats[root] != "" || open && strings.HasSuffix(name, ".xml")
}

// rootOf is the name of the first element. Where the head ends within the document type,
// open says so.
func rootOf(head []byte) (name string, open bool) {
	d := decoder(bytes.NewReader(head))
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", bytes.Contains(head, []byte("<!DOCTYPE"))
		}
		if e, ok := token.(xml.StartElement); ok {
			return e.Name.Local, false
		}
	}
}

func decoder(r io.Reader) *xml.Decoder {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset
	return d
}

// charset reads the encodings that need no table. UTF-16 was decoded before.
func charset(label string, r io.Reader) (io.Reader, error) {
	switch label = strings.ToLower(label); label {
	case "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "utf-32":
		return r, nil
	case "iso-8859-1", "latin1", "windows-1252", "iso-8859-15":
		return &latin{r: r}, nil
	}
	return nil, fmt.Errorf("%w: %q", errCharset, label)
}

var errCharset = errors.New("the encoding is not one that is read")

// latin reads bytes as the characters of their number.
type latin struct {
	r   io.Reader
	buf []byte
}

func (l *latin) Read(p []byte) (int, error) {
	if len(l.buf) == 0 {
		raw := make([]byte, 4096)
		n, err := l.r.Read(raw)
		for _, c := range raw[:n] {
			l.buf = append(l.buf, string(rune(c))...)
		}
		if n == 0 {
			return 0, err
		}
	}
	n := copy(p, l.buf)
	l.buf = l.buf[n:]
	return n, nil
}

// Inspect implements checks.Inspector.
func (Inspector) Inspect(ctx context.Context, b *gate.Blob, out gate.Recorder) {
	m := &model{ctx: ctx, out: out, format: "xml"}
	if b.Size > maxSize {
		m.unread(gate.Incomplete{Reason: "the file is longer than is read", Budget: "bytes", Limit: maxSize})
		return
	}
	var r io.Reader = b.Section()
	if head := b.Head(); bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		raw, err := io.ReadAll(b.Section())
		if err != nil {
			m.unread(gate.Incomplete{Reason: "the file could not be read"})
			return
		}
		r = bytes.NewReader(jsontree.Decode(raw))
	}
	m.d = decoder(r)
	m.finish(m.document())
}

func (m *model) finish(err error) {
	switch {
	case m.ctx.Err() != nil:
		m.unread(gate.Incomplete{Reason: "reading the document: " + m.ctx.Err().Error(), Budget: "time"})
	case errors.Is(err, errDepth):
		m.unread(gate.Incomplete{Reason: err.Error(), Budget: "depth", Limit: maxDepth})
	case errors.Is(err, errCharset):
		m.unread(gate.Incomplete{Reason: err.Error()})
	case err != nil:
		m.out.Emit("xml.malformed", gate.Location{Offset: m.d.InputOffset()}, gate.Malformed{Reason: err.Error()})
		m.out.Format(m.format, gate.Unread, err.Error())
	default:
		m.out.Format(m.format, gate.Unproven, "")
	}
}

func (m *model) unread(why gate.Incomplete) {
	m.out.Emit(gate.KindIncomplete, gate.Location{}, why)
	m.out.Format(m.format, gate.Unread, why.Reason)
}
