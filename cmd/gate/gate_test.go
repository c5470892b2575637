package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/modelgate/gate/internal/cli"
	"github.com/modelgate/gate/internal/hub/hubtest"
	"github.com/modelgate/gate/internal/modeltest"
)

var update = flag.Bool("update", false, "write the output that the scripts got into them")

// today is the day of the scripts: waivers expire by it, and no time passes.
var today = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// TestScripts runs the command's scripts, and for each rule the one in which it fires on
// a bad repository and is silent on a good one.
func TestScripts(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"testdata", "../../testdata/rules"} {
		testscript.Run(t, testscript.Params{
			Dir:           dir,
			UpdateScripts: *update,
			Setup: func(env *testscript.Env) error {
				env.Setenv("NO_COLOR", "1")
				env.Setenv("HF_HUB_OFFLINE", "1")
				env.Setenv("ROOT", root)
				env.Values[hubKey{}] = new(*hubtest.Hub)
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"gate":  gateCommand,
				"model": modelCommand,
				"hub":   hubCommand,
				"repo":  repoCommand,
				"event": eventCommand,
				"code":  codeCommand,
				"edit":  editCommand,
			},
		})
	}
}

// gateCommand runs the gate in process: gate ARGS..., or with ! where it must not exit 0.
// The exit code is in $code.
func gateCommand(ts *testscript.TestScript, neg bool, args []string) {
	c := cli.Command{
		Stdin: bytes.NewReader(nil), Stdout: ts.Stdout(), Stderr: ts.Stderr(), Getenv: ts.Getenv, Dir: ts.MkAbs("."),
		Version: "test", Now: func() time.Time { return today },
	}
	code := c.Main(context.Background(), args)
	ts.Setenv("code", strconv.Itoa(code))
	if neg == (code == 0) {
		ts.Fatalf("exit code %d", code)
	}
}

// codeCommand compares the exit code of the gate's last run: code NUMBER.
func codeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || (ts.Getenv("code") == args[0]) == neg {
		ts.Fatalf("exit code %s", ts.Getenv("code"))
	}
}

// modelCommand builds a tiny model that stands in no script as text: model NAME PATH. A
// path in quotes may have escapes, for names that no script can have as text.
func modelCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: model NAME PATH")
	}
	data, err := modeltest.Build(args[0])
	ts.Check(err)
	path := args[1]
	if strings.HasPrefix(path, `"`) {
		path, err = strconv.Unquote(path)
		ts.Check(err)
	}
	path = ts.MkAbs(path)
	ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
	ts.Check(os.WriteFile(path, data, 0o644))
}
