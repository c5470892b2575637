package pickle

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number reads the text of INT and LONG as C does (any base, blanks before, up to a NUL)
// or as Python does (base 10, underscores). ok is false where neither would.
func number(line []byte) (n *big.Int, ok bool) {
	if i := bytes.IndexByte(line, 0); i == 0 {
		return new(big.Int), true // strtol makes nothing of it, and stops at a NUL
	} else if i > 0 {
		line = line[:i]
	}
	s := strings.TrimSpace(string(line))
	s = strings.TrimSpace(strings.TrimSuffix(s, "L"))
	if n, ok = new(big.Int).SetString(s, 0); ok {
		return n, true
	}
	if octal := strings.TrimLeft(s, "+-"); len(octal) > 1 && octal[0] == '0' {
		if n, ok = new(big.Int).SetString(s, 8); ok {
			return n, true
		}
	}
	return new(big.Int).SetString(strings.ReplaceAll(s, "_", ""), 10)
}

// index reads the text of GET and PUT. An index of more than 32 bits, which only the
// unpickler in Python takes, is told by its digits.
func index(line []byte) (n uint32, wide string, ok bool) {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i] // as C does
	}
	s := strings.TrimPrefix(strings.TrimSpace(string(line)), "+")
	if strings.Trim(s, "-0_") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	s = strings.ReplaceAll(s, "_", "")
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, "", false
	}
	if x, err := strconv.ParseUint(s, 10, 32); err == nil {
		return uint32(x), "", true
	}
	return 0, strings.TrimLeft(s, "0"), true
}

// floating tells whether C or Python would read the text of FLOAT.
func floating(line []byte) bool {
	if i := bytes.IndexByte(line, 0); i >= 0 {
		line = line[:i]
	}
	s := strings.ReplaceAll(strings.TrimSpace(string(line)), "_", "")
	if strings.EqualFold(strings.TrimLeft(s, "+-"), "nan") {
		return true
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil || strings.HasSuffix(err.Error(), strconv.ErrRange.Error())
}

// unquote decodes the escapes of a bytes literal. The result is latin-1 as UTF-8, which
// no encoding of the loader can make worse for a name.
func unquote(s []byte) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 == len(s) {
			out = append(out, c)
			continue
		}
		i++
		switch c = s[i]; c {
		case '\n':
		case 'a', 'b', 'f', 'n', 'r', 't', 'v':
			out = append(out, "\a\b\f\n\r\t\v"[strings.IndexByte("abfnrtv", c)])
		case '\\', '\'', '"':
			out = append(out, c)
		case 'x':
			if n, err := strconv.ParseUint(string(s[i+1:min(i+3, len(s))]), 16, 8); err == nil && i+2 < len(s) {
				out, i = append(out, byte(n)), i+2
			}
		case '0', '1', '2', '3', '4', '5', '6', '7':
			n := 0
			end := min(i+3, len(s))
			for ; i < end && s[i] >= '0' && s[i] <= '7'; i++ {
				n = n*8 + int(s[i]-'0')
			}
			i--
			out = append(out, byte(n))
		default:
			out = append(out, '\\', c)
		}
	}
	return latin1(out)
}

// unescape decodes raw-unicode-escape: latin-1 with \uXXXX and \UXXXXXXXX.
func unescape(s []byte) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			digits := 0
			switch s[i+1] {
			case 'u':
				digits = 4
			case 'U':
				digits = 8
			}
			if digits > 0 && i+2+digits <= len(s) {
				if n, err := strconv.ParseUint(string(s[i+2:i+2+digits]), 16, 32); err == nil {
					b.WriteRune(rune(n))
					i += 1 + digits
					continue
				}
			}
			b.WriteByte('\\')
			i++
		}
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}

func latin1(s []byte) string {
	for _, c := range s {
		if c >= utf8.RuneSelf {
			r := make([]rune, len(s))
			for i, c := range s {
				r[i] = rune(c)
			}
			return string(r)
		}
	}
	return string(s)
}

// fromLatin1 is s.encode("latin1"), up to the first character that has no byte.
func fromLatin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			break
		}
		out = append(out, byte(r))
	}
	return out
}

// latin1InPlace is the same for UTF-8, in the memory of s.
func latin1InPlace(s []byte) []byte {
	out := s[:0]
	for len(s) > 0 {
		r, n := utf8.DecodeRune(s)
		if r > 0xff {
			break
		}
		out, s = append(out, byte(r)), s[n:]
	}
	return out
}

// decimal tells whether the text of a number is as every pickler writes it.
func decimal(s []byte) bool {
	digits := bytes.TrimSuffix(bytes.TrimPrefix(s, []byte("-")), []byte("L"))
	if len(digits) == 0 || digits[0] == '0' && len(digits) > 1 {
		return false
	}
	return bytes.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// identifier tells whether s could be a dotted Python name.
func identifier(s string) bool {
	start := true
	for _, r := range s {
		switch {
		case r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf && r != utf8.RuneError:
			start = false
		case r >= '0' && r <= '9' && !start:
		case r == '.' && !start:
			start = true
		default:
			return false
		}
	}
	return !start
}

// twosComplement is the decimal text of a little-endian number of n bytes of which b are
// the first; a longer one is told by its length.
func twosComplement(b []byte, n int64) string {
	if int64(len(b)) < n {
		return "<int of " + strconv.FormatInt(n, 10) + " bytes>"
	}
	be := make([]byte, len(b))
	for i, c := range b {
		be[len(b)-1-i] = c
	}
	x := new(big.Int).SetBytes(be)
	if be[0] >= 0x80 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return x.String()
}
