package pysyntax

import (
	"bytes"
	"regexp"
	"strings"
)

// Encoding is the encoding in which Python reads a source file, by its byte order mark or
// the comment of PEP 263 (https://peps.python.org/pep-0263/) on its first two lines.
func Encoding(src []byte) string {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return "utf-16"
	}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	for range 2 {
		if m := cookie.FindSubmatch(src); m != nil {
			return strings.ReplaceAll(strings.ToLower(string(m[1])), "_", "-")
		}
		end := blankLine.FindIndex(src)
		if end == nil {
			break
		}
		src = src[end[1]:]
	}
	return "utf-8"
}

// Transparent tells whether each ASCII byte, and no other, stands for its character in an
// encoding that Encoding names. In others, comments and strings may hold code.
func Transparent(encoding string) bool {
	return transparent.MatchString(encoding)
}

var (
	cookie = regexp.MustCompile(`^[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)`)
	// blankLine is a first line behind which the comment may stand.
	blankLine   = regexp.MustCompile(`^[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)`)
	transparent = regexp.MustCompile(`^(?:utf-8|utf8|u8|utf-8-.*|ascii|us-ascii|latin-1|latin1|l1|latin-1-.*|` +
		`iso-?8859-\d+|iso-8859-1-.*|(?:cp|windows-)125\d|koi8-[ru]|gb2312|euc-(?:cn|jp|kr))$`)
)
