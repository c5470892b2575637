package bypass

import (
	"encoding/binary"
	"strings"

	"github.com/modelgate/gate/internal/modeltest"
)

// Payloads: what a load would run is "true".
const (
	system0 = "cposix\nsystem\n(S'true'\ntR"               // protocol 0, without STOP
	system  = "cposix\nsystem\nX\x04\x00\x00\x00true\x85R" // protocol 2
	command = "X\x04\x00\x00\x00true"                      // the argument
	evil0   = system0 + "."                                // a whole pickle of protocol 0
	evil2   = "\x80\x02" + system + "."                    // a whole pickle of protocol 2
	evil4   = "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R."
	good2   = "\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s." // {"a": 1}
)

// proto is a pickle of a protocol.
func proto(n byte, ops ...string) string {
	return "\x80" + string([]byte{n}) + strings.Join(ops, "") + "."
}

// text is the shortest opcode of a text in protocol 4.
func text(s string) string { return "\x8c" + string([]byte{byte(len(s))}) + s }

// stackGlobal imports a name by STACK_GLOBAL.
func stackGlobal(module, name string) string { return text(module) + text(name) + "\x93" }

// raw is the opcode of bytes in protocol 3.
func raw(b string) string {
	return "B" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))) + b
}

// frame puts opcodes into a frame that claims a length of n bytes more.
func frame(ops string, more int) string {
	return "\x95" + string(binary.LittleEndian.AppendUint64(nil, uint64(len(ops)+more))) + ops
}

// call calls module.name with arguments.
func call(module, name string, args ...string) string {
	return modeltest.Call(modeltest.Global(module, name), args...)
}

// str is a text of protocol 2, global an import.
func str(s string) string               { return modeltest.Str(s) }
func global(module, name string) string { return modeltest.Global(module, name) }

// long is a little-endian number.
func long(n uint64) string { return string(binary.LittleEndian.AppendUint64(nil, n)) }
