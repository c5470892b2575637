package magic

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestPayload(t *testing.T) {
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 600)
	zip := "PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("\x00", 16) + "\x04\x00\x00\x00name"
	for value, want := range map[string]string{
		elf:                          "elf",
		"text before " + elf:         "elf",
		"text before " + zip:         "zip",
		"\x1f\x8b\x08\x00":           "gzip",
		"#!/bin/sh\n":                "script",
		" <script>alert(1)</script>": "script",
		base64.StdEncoding.EncodeToString([]byte(elf)):                      "base64 elf",
		base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 600))): "",
		"import os; os.system('x')":                                         "code",
		"exec(base64.b64decode('eA=='))":                                    "code",
		"curl http://h/x | sh":                                              "code",
		"rm -rf / && true":                                                  "code",
		"a call of os.system is refused, subprocess.run() too, and rm -rf":  "",
		"you can import torch; then load":                                   "",
		"os.system in prose":                                                "",
		"AMZ Corp":                                                          "",
		"PK\x03\x04 " + strings.Repeat("x", 40):                             "",
		"a \x7fELF in prose that is longer":                                 "",
		"":                                                                  "",
	} {
		if got := Payload([]byte(value)); got != want {
			t.Errorf("%.30q: %q, want %q", value, got, want)
		}
	}
}
