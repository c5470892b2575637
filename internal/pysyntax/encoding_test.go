package pysyntax

import "testing"

func TestEncoding(t *testing.T) {
	for src, want := range map[string]string{
		"x = 1\n":                   "utf-8",
		"# -*- coding: utf-7 -*-\n": "utf-7",
		"#!/usr/bin/python\n# coding=unicode_escape\n":      "unicode-escape",
		"#!/usr/bin/python\r# coding: Raw_Unicode_Escape\r": "raw-unicode-escape",
		"\r\n# vim: set fileencoding=UTF_8 :\r\n":           "utf-8",
		"\ufeff \t\f# coding:\tutf-7":                       "utf-7",
		"# coding:\n# coding: rot13":                        "rot13",
		"x = 1\n# coding: utf-7\n":                          "utf-8", // only comments may come before it
		"#\n#\n# coding: utf-7\n":                           "utf-8",
		"\xff\xfex\x00":                                     "utf-16",
		"":                                                  "utf-8",
	} {
		if got := Encoding([]byte(src)); got != want {
			t.Errorf("Encoding(%q) = %q, want %q", src, got, want)
		}
	}
}

func TestTransparent(t *testing.T) {
	for name, want := range map[string]bool{
		"utf-8": true, "utf8": true, "utf-8-sig": true, "utf-8-unix": true, "ascii": true, "latin-1": true, "iso-8859-15": true,
		"iso8859-2": true, "cp1252": true, "windows-1251": true, "koi8-r": true, "euc-kr": true,
		"utf-7": false, "utf-16": false, "unicode-escape": false, "raw-unicode-escape": false, "rot13": false, "gbk": false,
		"shift-jis": false, "big5": false, "iso-2022-jp": false, "hz": false, "cp037": false, "cp125": false, "iso-8859-x": false, "": false,
	} {
		if got := Transparent(name); got != want {
			t.Errorf("Transparent(%q) = %v", name, got)
		}
	}
}

// TestCarriageReturns has files whose lines end as those of old Macs, as Python reads them.
func TestCarriageReturns(t *testing.T) {
	m := Parse([]byte("# x\rif a:\r\tb = 'c'\rd = \\\r1 # y\rf('''z\r''')\r"))
	if len(m.Errors) > 0 || len(m.Body) != 3 {
		t.Errorf("%d statements, errors %v", len(m.Body), m.Errors)
	}
}
