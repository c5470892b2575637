// Command gate is a policy gate for machine-learning models: see `gate help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"

	"github.com/modelgate/gate/internal/cli"
)

// version is set by the build of a release.
var version = "dev"

func main() {
	// A run is short and makes much garbage: collect late, but stay small.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(192 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	c := cli.Command{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Version: version}
	code := c.Main(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
