package xml

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/modelgate/gate"
)

var errDepth = errors.New("elements beyond the limit of depth")

// model is a document that is being read.
type model struct {
	ctx    context.Context
	out    gate.Recorder
	d      *xml.Decoder
	format string
	depth  int
	script *Script // that is open
	at     int64
}

// document reads all tokens.
func (m *model) document() error {
	rooted := false
	for {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		at := m.d.InputOffset()
		token, err := m.d.Token()
		if errors.Is(err, io.EOF) {
			if !rooted {
				return errors.New("the document has no element")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.Directive:
			m.directive(string(t), at)
		case xml.StartElement:
			if !rooted {
				rooted = true
				if err := m.root(t); err != nil {
					return err
				}
			}
			if m.depth++; m.depth > maxDepth {
				return errDepth
			}
			m.element(t, at)
		case xml.EndElement:
			m.depth--
			m.close(t)
		case xml.CharData:
			if m.script != nil && len(m.script.Text) < maxText {
				m.script.Text += string(t[:min(len(t), maxText)])
			}
		}
	}
}

// maxText bounds what is quoted of a script.
const maxText = 400

func (m *model) root(e xml.StartElement) error {
	format := formats[e.Name.Local]
	if format == "" {
		return fmt.Errorf("the first element is %q, which no model has", e.Name.Local)
	}
	m.format = format
	if format == "pmml" && attribute(e, "version") == "" {
		return errors.New("PMML has no version")
	}
	return nil
}

func (m *model) element(e xml.StartElement, at int64) {
	switch {
	case strings.EqualFold(e.Name.Local, "script"):
		m.script, m.at = &Script{Name: e.Name.Local}, at
	case m.format == "openvino" && e.Name.Local == "layer":
		m.layer(e, at)
	case m.format == "openvino" && e.Name.Local == "data":
		m.library(attribute(e, "library"), at)
	}
}

func (m *model) close(e xml.EndElement) {
	if m.script == nil || e.Name.Local != m.script.Name {
		return
	}
	m.script.Text = strings.TrimSpace(m.script.Text)
	m.out.Emit("xml.script", gate.Location{Offset: m.at}, *m.script)
	m.script = nil
}

// opset is the version of OpenVINO's own layers.
var opset = regexp.MustCompile(`^(opset[0-9]+|experimental|ie_internal_opset|)$`)

// layer judges whether a layer is one of an extension.
func (m *model) layer(e xml.StartElement, at int64) {
	l := Layer{attribute(e, "name"), attribute(e, "type"), attribute(e, "library")}
	if l.Library != "" || l.Type == "Python" || l.Type == "Extension" || !opset.MatchString(attribute(e, "version")) {
		m.out.Emit("openvino.layer", gate.Location{Offset: at}, l)
	}
	m.library(l.Library, at)
}

func (m *model) library(path string, at int64) {
	if path != "" {
		m.out.Emit(gate.KindExternal, gate.Location{Offset: at}, gate.External{Location: path, Field: "library"})
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
