// Command fakehub serves a Hub of package hubtest, for the Hub's real clients and for
// tests of commands. It starts with hubtest.World and the repositories of its flags;
//
//	curl -X POST $URL/_control/SCENARIO    begins again and lets one of hubtest.Scenarios happen
//	curl $URL/_control/requests            lists what was asked since
package main

import (
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/modelgate/gate/internal/hub/hubtest"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fakehub:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	var o hubtest.Options
	var b build
	flags := flag.NewFlagSet("fakehub", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:0", "where the API listens")
	cdn := flags.String("cdn", "127.0.0.1:0", "where the storage listens")
	cert := flags.String("cert", "", "serve https, and write the certificate to this file")
	flags.IntVar(&o.Page, "page", 0, "entries of a page")
	flags.IntVar(&o.Quota, "quota", 0, "requests of each kind before 429")
	flags.BoolVar(&o.Xet, "xet", false, "announce Xet")
	flags.Int64Var(&b.large, "large", 10<<20, "size from which a file is in the storage")
	flags.Func("repo", "`NAME=DIR[,DIR...]`: a model with a commit for each directory", b.addRepo)
	flags.Func("move", "`OLD=NEW`: a model of -repo, or of the world, that was OLD before", b.addMove)
	flags.Func("token", "`TOKEN=USER`: a good token", b.addToken)
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if o.API, err = net.Listen("tcp", *addr); err != nil {
		return err
	}
	if o.Storage, err = net.Listen("tcp", *cdn); err != nil {
		return err
	}
	o.TLS = *cert != ""
	hub := hubtest.New(o)
	defer hub.Close()
	if err := b.fill(hub); err != nil {
		return err
	}
	if *cert != "" {
		if err := os.WriteFile(*cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hub.Certificate()}), 0o644); err != nil {
			return err
		}
	}
	hub.Handle("POST /_control/{scenario}", b.control(hub))
	hub.Handle("GET /_control/requests", requests(hub))
	fmt.Printf("api=%s cdn=%s\n", hub.URL, hub.CDN)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	return nil
}

// control begins with the world again and lets a scenario happen.
func (b *build) control(hub *hubtest.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, s := range hubtest.Scenarios {
			if s.Name != r.PathValue("scenario") {
				continue
			}
			hub.Reset()
			if err := b.fill(hub); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			s.Apply(hub)
			fmt.Fprintln(w, s.Lock, strings.Join(s.Alerts, ","))
			return
		}
		http.Error(w, "no such scenario", http.StatusNotFound)
	}
}

func requests(hub *hubtest.Hub) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, r := range hub.Requests() {
			if err := json.NewEncoder(w).Encode(r); err != nil {
				return
			}
		}
	}
}
