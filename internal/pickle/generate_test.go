package pickle

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
)

// generator writes a stream whose opcodes find on the stack what they need.
type generator struct {
	r     *rand.Rand
	out   []byte
	stack []byte // kinds, see below; ( is a mark
	memo  map[int]byte
	proto int
}

// The kinds of the generator's values: what may be hashed, a str that is a name, a
// list, dict, set, tuple, global, object, buffer of bytes.
const (
	gHash   = 'h'
	gName   = 's'
	gList   = 'l'
	gDict   = 'd'
	gSet    = 'e'
	gTuple  = 't'
	gGlobal = 'g'
	gObject = 'o'
	gBytes  = 'b'
)

// generate makes n streams of all protocols; each second one is a mutation.
func generate(r *rand.Rand, n int) [][]byte {
	var out [][]byte
	for len(out) < n {
		g := generator{r: r, memo: map[int]byte{}, proto: r.IntN(6)}
		s := g.stream()
		out = append(out, s)
		for range 1 + r.IntN(2) {
			other := out[r.IntN(len(out))]
			out = append(out, mutate(r, s, other))
		}
	}
	return out[:n]
}

func (g *generator) stream() []byte {
	if g.proto >= 2 {
		g.put(opProto, byte(g.proto))
	}
	frame := -1
	if g.proto >= 4 && g.r.IntN(3) == 0 {
		g.put(opFrame, 0, 0, 0, 0, 0, 0, 0, 0)
		frame = len(g.out)
	}
	for range g.r.IntN(40) {
		g.step()
	}
	for i := slices.Index(g.stack, '('); i >= 0; i = slices.Index(g.stack, '(') {
		g.put(opPopMark)
		g.stack = g.stack[:lastIndex(g.stack)]
	}
	if len(g.stack) == 0 {
		g.constant()
	}
	g.put(opStop)
	if frame >= 0 {
		binary.LittleEndian.PutUint64(g.out[frame-8:], uint64(len(g.out)-frame))
	}
	return g.out
}

func lastIndex(stack []byte) int {
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i] == '(' {
			return i
		}
	}
	return -1
}

func (g *generator) put(b ...byte) { g.out = append(g.out, b...) }

func (g *generator) text(s string) { g.out = append(g.out, s...) }

func (g *generator) push(k byte) { g.stack = append(g.stack, k) }

func (g *generator) pick(choices ...string) string { return choices[g.r.IntN(len(choices))] }

// has tells whether the top of the stack, above the last mark, has the kinds; . is any
// value and a capital letter any of several.
func (g *generator) has(kinds string) bool {
	if len(g.stack) < len(kinds) {
		return false
	}
	for i, k := range []byte(kinds) {
		s := g.stack[len(g.stack)-len(kinds)+i]
		switch {
		case s == '(' || k != '.' && k != 'H' && k != s:
			return false
		case k == 'H' && s != gHash && s != gName && s != gGlobal && s != gObject:
			return false
		}
	}
	return true
}

// replace pops n values and pushes one.
func (g *generator) replace(n int, k byte) {
	g.stack = append(g.stack[:len(g.stack)-n], k)
}

// step writes an opcode that the stack allows, or pushes something.
func (g *generator) step() {
	switch g.r.IntN(10) {
	case 0, 1, 2:
		g.constant()
	case 3:
		g.container()
	case 4:
		g.global()
	case 5:
		g.memoize()
	case 6, 7:
		g.fill()
	case 8:
		g.call()
	default:
		g.odd()
	}
}

func (g *generator) constant() {
	n := g.r.IntN(24)
	k := byte(gHash)
	switch n {
	case 0:
		g.put(opNone)
	case 1:
		g.put(byte(opNewTrue + g.r.IntN(2)))
	case 2:
		g.put(opBinInt1, byte(g.r.IntN(256)))
	case 3:
		g.put(opBinInt2, byte(g.r.IntN(256)), byte(g.r.IntN(256)))
	case 4:
		g.put(opBinInt, byte(g.r.IntN(256)), 1, 2, byte(g.r.IntN(256)))
	case 5:
		g.text("I" + g.pick("0", "00", "01", "-5", "10", "0x1f", "99999999999999999999", " 7", "+3", "1_0", "010", "0o7", "0b1", "7 ", "5\x00z") + "\n")
	case 6:
		g.text("L" + g.pick("0L", "5", "-12345678901234567890L", "0x10L", "1_0L", "5 L", " 5L") + "\n")
	case 7:
		g.text("F" + g.pick("1.5", "inf", "-nan", "1e400", "1_0.5", " 2", "5\x00", "infinity", ".5", "1.") + "\n")
	case 8:
		g.put(opBinFloat, 1, 2, 3, 4, 5, 6, 7, 8)
	case 9:
		n := g.r.IntN(12)
		g.put(opLong1, byte(n))
		g.put(make([]byte, n)...)
	case 10:
		g.put(opLong4, 2, 0, 0, 0, 1, 0xff)
	case 11:
		k = gBytes
		g.put(opShortBinBytes, 2, 'a', 0xff)
	case 12:
		k = gBytes
		g.put(opBinBytes, 1, 0, 0, 0, 'a')
	case 13:
		k = gBytes
		g.put(opBinBytes8, 1, 0, 0, 0, 0, 0, 0, 0, 'a')
	case 14:
		k = gBytes
		g.put(opByteArray8, 1, 0, 0, 0, 0, 0, 0, 0, 'a')
	default:
		k = gName
		g.name(g.pick("os", "system", "a", "builtins", "__builtin__", "eval", "posix", "commands", "x.y", "", "\u00e9"))
	}
	g.push(k)
}

// name writes a str in one of the ways that there are.
func (g *generator) name(s string) {
	switch g.r.IntN(8) {
	case 0:
		g.text("S" + g.pick("'"+s+"'", `"`+s+`"`, `'\x6f\163'`, `'a\\'`, `'\q'`) + "\n")
	case 1:
		g.text("V" + g.pick(s, `\u006fs`, `\U0001f600`, `a\x`, `\ud800`) + "\n")
	case 2:
		g.put(opShortBinString, byte(len(s)))
		g.text(s)
	case 3:
		g.put(opBinString, byte(len(s)), 0, 0, 0)
		g.text(s)
	case 4:
		g.put(opBinUnicode, byte(len(s)), 0, 0, 0)
		g.text(s)
	case 5:
		g.put(opBinUnicode8, byte(len(s)), 0, 0, 0, 0, 0, 0, 0)
		g.text(s)
	default:
		g.put(opShortBinUnicode, byte(len(s)))
		g.text(s)
	}
}

func (g *generator) container() {
	switch g.r.IntN(7) {
	case 0:
		g.put(opEmptyList)
		g.push(gList)
	case 1:
		g.put(opEmptyDict)
		g.push(gDict)
	case 2:
		g.put(opEmptySet)
		g.push(gSet)
	case 3:
		g.put(opEmptyTuple)
		g.push(gTuple)
	case 4:
		if n := 1 + g.r.IntN(3); g.has("..."[:n]) {
			g.put(byte(opTuple1 + n - 1))
			g.replace(n, gTuple)
		}
	default:
		g.put(opMark)
		g.push('(')
	}
}

var modules = []string{
	"os", "posix", "builtins", "__builtin__", "collections", "copy_reg", "copyreg", "commands",
	"cPickle", "torch._utils", "evil", "datetime", "itertools",
}

var attributes = []string{
	"system", "eval", "OrderedDict", "_reconstructor", "set", "list", "object", "getattr", "getoutput",
	"loads", "_rebuild_tensor_v2", "f", "date", "izip", "a.b", "reduce", "__newobj__",
}

func (g *generator) global() {
	module, name := g.pick(modules...), g.pick(attributes...)
	switch g.r.IntN(4) {
	case 0:
		g.text("c" + module + "\n" + name + "\n")
		g.push(gGlobal)
	case 1:
		if at := lastIndex(g.stack); at >= 0 {
			g.text("i" + module + "\n" + name + "\n")
			g.replace(len(g.stack)-at, gObject)
		}
	case 2:
		if g.has("ss") {
			g.put(opStackGlobal)
			g.replace(2, gGlobal)
		}
	default:
		g.name(module)
		g.name(name)
		g.put(opStackGlobal)
		g.push(gGlobal)
	}
}

func (g *generator) memoize() {
	if g.r.IntN(2) == 0 && len(g.memo) > 0 {
		keys := []int{}
		for i := range g.memo {
			keys = append(keys, i)
		}
		slices.Sort(keys)
		i := keys[g.r.IntN(len(keys))]
		g.index(i, opGet, opBinGet, opLongBinGet)
		g.push(g.memo[i])
		return
	}
	if !g.has(".") {
		return
	}
	i := len(g.memo)
	if g.r.IntN(3) == 0 {
		g.put(opMemoize)
	} else {
		i = []int{i, i, i + 1, 0, 300, 99999999999}[g.r.IntN(6)]
		g.index(i, opPut, opBinPut, opLongBinPut)
	}
	g.memo[i] = g.stack[len(g.stack)-1]
}

func (g *generator) index(i int, text, short, long byte) {
	switch n := g.r.IntN(3); {
	case n == 0 || i > 1<<20:
		s := strconv.Itoa(i)
		g.put(text)
		g.text(g.pick(s, s, "+"+s, " "+s, "0"+s, s+"\x00") + "\n")
	case n == 1 && i < 256:
		g.put(short, byte(i))
	default:
		g.put(long)
		g.out = binary.LittleEndian.AppendUint32(g.out, uint32(i))
	}
}

// fill adds to containers and makes them of what is behind a mark.
func (g *generator) fill() {
	at := lastIndex(g.stack)
	n := len(g.stack) - at - 1
	target := byte(0)
	if at > 0 {
		target = g.stack[at-1]
	}
	hashed := at >= 0 && !slices.ContainsFunc(g.stack[at+1:], func(k byte) bool {
		return k != gHash && k != gName && k != gGlobal && k != gObject
	})
	switch pick := g.r.IntN(9); {
	case pick == 0 && g.has("l."):
		g.put(opAppend)
		g.replace(2, gList)
	case pick == 1 && g.has("dH."):
		g.put(opSetItem)
		g.replace(3, gDict)
	case pick == 2 && (g.has("o..") || g.has("g..")):
		g.put(opSetItem)
		g.stack = g.stack[:len(g.stack)-2]
	case at < 0 || pick < 3:
	case (target == gList || target == gObject || target == gGlobal) && pick < 6:
		g.put(opAppends)
		g.stack = g.stack[:at]
	case (target == gSet || target == gObject) && hashed && pick < 8:
		g.put(opAddItems)
		g.stack = g.stack[:at]
	case (target == gDict || target == gObject) && hashed && n%2 == 0:
		g.put(opSetItems)
		g.stack = g.stack[:at]
	case pick == 4 && hashed && n%2 == 0:
		g.put(opDict)
		g.replace(n+1, gDict)
	case pick == 5 && hashed:
		g.put(opFrozenSet)
		g.replace(n+1, gHash)
	case pick == 6:
		g.put(opList)
		g.replace(n+1, gList)
	default:
		g.put(opTuple)
		g.replace(n+1, gTuple)
	}
}

func (g *generator) call() {
	at := lastIndex(g.stack)
	switch n := g.r.IntN(8); {
	case n < 3 && (g.has("gt") || g.has("ot")):
		g.put(opReduce)
		g.replace(2, gObject)
	case n < 4 && g.has("gt"):
		g.put(opNewObj)
		g.replace(2, gObject)
	case n < 5 && g.has("gtd"):
		g.put(opNewObjEx)
		g.replace(3, gObject)
	case n < 6 && at >= 0 && at+1 < len(g.stack) && (g.stack[at+1] == gGlobal || g.stack[at+1] == gObject):
		g.put(opObj)
		g.replace(len(g.stack)-at, gObject)
	case n < 7 && (g.has("o.") || g.has("g.")):
		g.put(opBuild)
		g.stack = g.stack[:len(g.stack)-1]
	case g.has("g") || g.has("o"):
		g.put(opEmptyTuple, opReduce)
		g.replace(1, gObject)
	}
}

// odd writes the rare opcodes.
func (g *generator) odd() {
	at := lastIndex(g.stack)
	switch n := g.r.IntN(10); {
	case n == 0 && g.has("."):
		g.put(opDup)
		g.push(g.stack[len(g.stack)-1])
	case n == 1 && len(g.stack) > 0:
		g.put(opPop)
		g.stack = g.stack[:len(g.stack)-1]
	case n == 2 && at >= 0:
		g.put(opPopMark)
		g.stack = g.stack[:at]
	case n == 3:
		g.text("P" + g.pick("1", "", "id") + "\n")
		g.push(gObject)
	case n == 4 && g.has("."):
		g.put(opBinPersID)
		g.replace(1, gObject)
	case n == 5:
		g.text(g.pick("\x82\x01", "\x82\x02", "\x83\x2c\x01", "\x84\x01\x00\x00\x00"))
		g.push(gGlobal)
	case n == 6:
		g.put(opNextBuffer)
		g.push(gBytes)
	case n == 7 && g.has("b"):
		g.put(opReadonlyBuffer)
	case n == 8 && g.r.IntN(3) == 0:
		g.put(opProto, byte(g.r.IntN(6)))
	case n == 9 && g.has(".."):
		g.put(opBuild) // on anything, as the state allows
		g.stack = g.stack[:len(g.stack)-1]
	}
}

// mutate changes a stream in one to three places.
func mutate(r *rand.Rand, s, other []byte) []byte {
	s = slices.Clone(s)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(s))
		switch r.IntN(8) {
		case 0:
			s[at] = byte(r.IntN(256))
		case 1:
			s[at] = anyOpcode(r)
		case 2:
			s = slices.Insert(s, at, anyOpcode(r))
		case 3:
			s = slices.Delete(s, at, min(len(s), at+1+r.IntN(3)))
		case 4:
			s = slices.Concat(s[:at], other[r.IntN(len(other)):])
		case 5:
			s = slices.Concat(s[:at], other[:r.IntN(len(other))], s[at:])
		case 6:
			s = s[:at]
		default:
			s = slices.Insert(s, at, fmt.Appendf(nil, "\x95%c\x00\x00\x00\x00\x00\x00\x00", r.IntN(40))...)
		}
		if len(s) == 0 {
			return []byte{opStop}
		}
	}
	return s
}

func anyOpcode(r *rand.Rand) byte {
	for {
		if b := byte(r.IntN(256)); opcodes[b].name != "" {
			return b
		}
	}
}
