package report

import (
	"encoding/json"
	"io"

	"github.com/modelgate/gate"
)

// JSON writes the report as it is: the gate reads it again to decide and render anew.
func JSON(w io.Writer, r *gate.Report, _ Options) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(r)
}
