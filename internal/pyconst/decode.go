package pyconst

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"

	"github.com/modelgate/gate/internal/pysyntax"
)

// decoders are the functions that turn text or bytes into what was encoded.
var decoders = map[string]func(string) (string, bool){
	"base64.b64decode": fromBase64, "base64.standard_b64decode": fromBase64, "base64.urlsafe_b64decode": fromBase64,
	"base64.decodebytes": fromBase64, "base64.decodestring": fromBase64, "binascii.a2b_base64": fromBase64,
	"base64.b32decode": fromBase32, "base64.b16decode": fromHex,
	"binascii.unhexlify": fromHex, "binascii.a2b_hex": fromHex, "bytes.fromhex": fromHex, "bytearray.fromhex": fromHex,
	"zlib.decompress": inflate, "gzip.decompress": inflate, "bz2.decompress": inflate,
}

func fromBase64(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '-':
			return '+'
		case r == '_':
			return '/'
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '+', r == '/':
			return r
		}
		return -1
	}, s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return string(b), err == nil
}

func fromBase32(s string) (string, bool) {
	b, err := base32.StdEncoding.DecodeString(s)
	return string(b), err == nil
}

func fromHex(s string) (string, bool) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	return string(b), err == nil
}

// inflate decompresses by the first bytes. What does not end well counts as far as it
// came.
func inflate(s string) (string, bool) {
	var r io.Reader
	var err error
	switch {
	case strings.HasPrefix(s, "\x1f\x8b"):
		r, err = gzip.NewReader(strings.NewReader(s))
	case strings.HasPrefix(s, "BZh"):
		r = bzip2.NewReader(strings.NewReader(s))
	default:
		r, err = zlib.NewReader(strings.NewReader(s))
	}
	if err != nil {
		return "", false
	}
	var b bytes.Buffer
	n, _ := io.Copy(&b, io.LimitReader(r, MaxBytes))
	return b.String(), n > 0
}

// codec decodes by the name of a codec.
func codec(x Value, name string) (Value, bool) {
	name = strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(name), "-", "_"), "_codec")
	var decode func(string) (string, bool)
	switch name {
	case "rot13", "rot_13":
		x.S, x.Decoded = strings.Map(rot13, x.S), true
		return x, true
	case "base64":
		decode = fromBase64
	case "hex":
		decode = fromHex
	case "zlib", "zip", "bz2":
		decode = inflate
	case "utf8", "utf_8", "ascii", "latin1", "latin_1", "":
		x.Kind = Text
		return x, true
	case "unicode_escape", "string_escape":
		x.Kind = Text
		return unescape(x)
	default:
		return x, false
	}
	s, ok := decode(x.S)
	return Value{Kind: Bytes, S: s, Decoded: true}, ok
}

// unescape reads text as the body of a string.
func unescape(x Value) (Value, bool) {
	m := pysyntax.Parse([]byte(`"""` + strings.ReplaceAll(x.S, `"`, `\"`) + `"""`))
	if len(m.Body) != 1 || len(m.Errors) > 0 {
		return x, false
	}
	if e, ok := m.Body[0].(*pysyntax.ExprStmt); ok {
		if s, ok := e.Value.(*pysyntax.Str); ok {
			return Value{Kind: Text, S: s.Value(), Decoded: true}, true
		}
	}
	return x, false
}

func rot13(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case r >= 'A' && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}
