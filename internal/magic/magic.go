// Package magic recognises executables and archives by their first bytes and the
// structure behind them, since two letters alone occur in any text or weight.
package magic

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"regexp"
)

// Executable tells what sort of program or library data begins with: elf, pe, mach-o or
// pyc, or "" for none.
func Executable(data []byte) string {
	switch {
	case len(data) >= 16 && string(data[:4]) == "\x7fELF":
		return "elf"
	case portable(data):
		return "pe"
	case machO(data):
		return "mach-o"
	case pyc(data):
		return "pyc"
	default:
		return ""
	}
}

// Payload tells what a text or metadata value carries besides text: an executable or an
// archive, raw or in base64, a script, or code, which are statements that no prose has;
// "" for nothing.
func Payload(value []byte) string {
	if what := carried(value); what != "" {
		return what
	}
	if statements.Match(value) {
		return "code"
	}
	if len(value) < 512 {
		return ""
	}
	text := bytes.TrimSpace(value)
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	if n, err := base64.StdEncoding.Decode(out, text); err == nil {
		if what := carried(out[:n]); what != "" {
			return "base64 " + what
		}
	}
	return ""
}

// statements are lines of Python and of a shell as they are written to be run. The name
// of a function alone may be prose.
var statements = regexp.MustCompile(`\bimport +\w+ *; *\w+[.(]|__import__\(|\b(?:exec|eval)\((?:base64|compile|bytes|open)\b` +
	`|\bos\.(?:system|popen)\( *["']|\bsubprocess\.(?:run|call|Popen|check_output)\( *[\["']` +
	`|\brm -rf? +/|\b(?:curl|wget) +[^|;&\n]{1,200}\| *(?:ba|z)?sh\b`)

func carried(value []byte) string {
	switch {
	case Executable(value) != "":
		return Executable(value)
	case bytes.HasPrefix(value, []byte{0x1f, 0x8b, 8}):
		return "gzip"
	case bytes.HasPrefix(value, []byte("#!/")), bytes.Contains(value, []byte("<script>")):
		return "script"
	case anywhere(value, "\x7fELF", elf):
		return "elf"
	case anywhere(value, "PK\x03\x04", zipEntry):
		return "zip"
	case anywhere(value, "\xcf\xfa\xed\xfe", machO):
		return "mach-o"
	default:
		return ""
	}
}

func anywhere(value []byte, magic string, is func([]byte) bool) bool {
	for {
		i := bytes.Index(value, []byte(magic))
		if i < 0 {
			return false
		}
		if is(value[i:]) {
			return true
		}
		value = value[i+1:]
	}
}

// elf wants the class, byte order and version behind a magic that stands somewhere.
func elf(data []byte) bool {
	return len(data) >= 16 && string(data[:4]) == "\x7fELF" &&
		(data[4] == 1 || data[4] == 2) && (data[5] == 1 || data[5] == 2) && data[6] == 1
}

// portable wants the header that MZ points to, or the two counts with which linkers
// begin the DOS stub.
func portable(data []byte) bool {
	if len(data) < 64 || string(data[:2]) != "MZ" {
		return false
	}
	at := uint64(binary.LittleEndian.Uint32(data[60:]))
	return string(data[2:4]) == "\x90\x00" ||
		at+4 <= uint64(len(data)) && string(data[at:at+4]) == "PE\x00\x00"
}

func machO(data []byte) bool {
	if len(data) < 16 {
		return false
	}
	switch string(data[:4]) {
	case "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe":
		return plausible(binary.LittleEndian.Uint32(data[12:]), 12)
	case "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf":
		return plausible(binary.BigEndian.Uint32(data[12:]), 12)
	case "\xca\xfe\xba\xbe", "\xca\xfe\xba\xbf":
		// A Java class has its version, from 45 on, where a fat binary counts its parts.
		return plausible(binary.BigEndian.Uint32(data[4:]), 30)
	}
	return false
}

func plausible(n, most uint32) bool { return n >= 1 && n <= most }

// pyc wants a magic number of a CPython and the code object behind the header, whose
// length depends on the version.
func pyc(data []byte) bool {
	if len(data) < 17 || data[2] != '\r' || data[3] != '\n' {
		return false
	}
	code := func(i int) bool { return data[i]&0x7f == 'c' }
	switch n := binary.LittleEndian.Uint16(data); {
	case n >= 3390 && n < 4000: // 3.7 and later
		return code(16)
	case n >= 3000 && n < 3390:
		return code(12) || code(8)
	case n >= 50428 && n <= 62300: // 2.0 to 2.7
		return code(8)
	}
	return false
}

func zipEntry(data []byte) bool {
	if len(data) < 30 {
		return false
	}
	version, method := binary.LittleEndian.Uint16(data[4:]), binary.LittleEndian.Uint16(data[8:])
	name := binary.LittleEndian.Uint16(data[26:])
	return version <= 63 && method <= 99 && name > 0 && name < 4096
}
