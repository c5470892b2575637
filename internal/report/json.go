package report

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/modelgate/gate"
)

// JSON writes the report as it is: the gate reads it again to decide and render anew. A
// list that is empty is never null, in evidence either, so that rules can count it.
func JSON(w io.Writer, r *gate.Report, _ Options) error {
	return json.MarshalWrite(w, r, jsonv1.DefaultOptionsV1(),
		json.FormatNilSliceAsNull(false), json.FormatNilMapAsNull(false),
		jsontext.EscapeForHTML(false), jsontext.WithIndent(" "))
}
