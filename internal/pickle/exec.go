package pickle

import (
	"encoding/binary"
	"math"
)

// run executes opcodes up to STOP or an error.
func (m *machine) run() {
	for !m.done {
		if m.pos >= len(m.win) && !m.refill(1) {
			m.at = m.offset()
			m.fail("the stream ends without STOP")
			return
		}
		op := m.win[m.pos]
		m.at = m.base + int64(m.pos)
		m.pos++
		if m.at >= m.frameEnd {
			m.leaveFrame()
		}
		m.res.Opcodes++
		if m.res.Opcodes&0xfff == 0 && !m.mayGoOn() {
			return
		}
		if m.res.WeightsOnly.OK && !opcodes[op].weightsOnly {
			m.restricted("opcode " + m.name())
		}
		m.step(op)
	}
}

func (m *machine) mayGoOn() bool {
	if err := m.ctx.Err(); err != nil {
		m.giveUp("time", 0, "stopped: "+err.Error())
		return false
	}
	if m.res.Opcodes > m.opts.Limits.Opcodes {
		m.giveUp("opcodes", m.opts.Limits.Opcodes, "there are more opcodes than the limit")
		return false
	}
	return true
}

// step executes one opcode. The frequent ones stand here, the others below.
func (m *machine) step(op byte) {
	switch op {
	case opBinFloat:
		if b := m.need(8); b != nil {
			m.push(value{kind: kFloat, a: int64(binary.BigEndian.Uint64(b))})
		}
	case opShortBinUnicode:
		m.text(kStr, rawText, m.length1())
	case opBinInt1:
		if b := m.need(1); b != nil {
			m.push(value{kind: kInt, a: int64(b[0])})
		}
	case opBinInt2:
		if b := m.need(2); b != nil {
			m.push(value{kind: kInt, a: int64(binary.LittleEndian.Uint16(b))})
		}
	case opBinInt:
		if b := m.need(4); b != nil {
			m.push(value{kind: kInt, a: int64(int32(binary.LittleEndian.Uint32(b)))})
		}
	case opMemoize:
		m.put(uint32(m.memo.count))
	case opBinPut:
		if b := m.need(1); b != nil {
			m.put(uint32(b[0]))
		}
	case opLongBinPut:
		if b := m.need(4); b != nil {
			m.put(binary.LittleEndian.Uint32(b))
		}
	case opBinGet:
		if b := m.need(1); b != nil {
			m.get(uint32(b[0]))
		}
	case opLongBinGet:
		if b := m.need(4); b != nil {
			m.get(binary.LittleEndian.Uint32(b))
		}
	case opMark:
		m.mark()
	case opNone:
		m.push(value{kind: kNone})
	case opNewTrue:
		m.push(value{kind: kBool, a: 1})
	case opNewFalse:
		m.push(value{kind: kBool})
	case opEmptyTuple:
		m.push(m.container(kTuple, nil))
	case opTuple1, opTuple2, opTuple3:
		m.tuple(len(m.stack) - int(op-opTuple1) - 1)
	case opTuple:
		if at, ok := m.popMark(); ok {
			m.tuple(at)
		}
	case opEmptyList:
		m.push(m.container(kList, nil))
	case opEmptyDict:
		m.push(m.container(kDict, nil))
	case opAppends:
		if at, ok := m.popMark(); ok {
			m.extend(at, "APPENDS")
		}
	case opAppend:
		m.extend(len(m.stack)-1, "APPEND")
	case opSetItems:
		if at, ok := m.popMark(); ok {
			m.extend(at, "SETITEMS")
		}
	case opSetItem:
		m.extend(len(m.stack)-2, "SETITEM")
	default:
		m.stepData(op)
	}
}

func (m *machine) stepData(op byte) {
	switch op {
	case opBinUnicode:
		m.text(kStr, rawText, m.length4())
	case opBinUnicode8:
		m.text(kStr, rawText, m.length8())
	case opShortBinBytes:
		m.text(kBytes, rawText, m.length1())
	case opBinBytes:
		m.text(kBytes, rawText, m.length4())
	case opBinBytes8:
		m.text(kBytes, rawText, m.length8())
	case opByteArray8:
		m.text(kByteArray, rawText, m.length8())
	case opShortBinString:
		m.text(kStr, latinText, m.length1())
	case opBinString:
		m.text(kStr, latinText, m.length4())
	case opString, opUnicode:
		m.textLine(op)
	case opLong1:
		m.long(m.length1())
	case opLong4:
		n := m.length4()
		if n > math.MaxInt32 {
			n = -1
		}
		m.long(n)
	case opInt, opLong:
		m.numberLine(op)
	case opFloat:
		b := m.line(m.opts.Limits.Digits)
		if !m.done && !floating(b) {
			m.fail("%q is no number for FLOAT", head(b))
		}
		m.push(value{kind: kFloat})
	case opGet, opPut:
		m.memoLine(op)
	case opEmptySet:
		m.push(m.container(kSet, nil))
	case opList, opDict, opFrozenSet, opAddItems:
		m.collect(op)
	case opNextBuffer:
		m.push(value{kind: kBuffer, impure: true})
		m.unproven("a buffer outside the stream", m.at)
	case opReadonlyBuffer:
		m.top()
	default:
		m.stepControl(op)
	}
}

func (m *machine) stepControl(op byte) {
	switch op {
	case opStop:
		m.stop()
	case opPop:
		if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
			m.popMark()
			return
		}
		m.pop()
	case opPopMark:
		if at, ok := m.popMark(); ok {
			m.stack = m.stack[:at]
		}
	case opDup:
		v := *m.top()
		m.share(v)
		m.push(v)
	case opProto:
		m.protocol()
	case opFrame:
		m.frame()
	default:
		m.stepObject(op)
	}
}

func (m *machine) stepObject(op byte) {
	switch op {
	case opGlobal:
		m.globalLines()
	case opStackGlobal:
		m.stackGlobal()
	case opReduce:
		args, fn := m.pop(), m.pop()
		m.apply("REDUCE", shapeCalled, fn, args, value{})
	case opNewObj:
		args, fn := m.pop(), m.pop()
		m.apply("NEWOBJ", shapeNew, fn, args, value{})
	case opNewObjEx:
		kwargs, args, fn := m.pop(), m.pop(), m.pop()
		m.apply("NEWOBJ_EX", shapeNew, fn, args, kwargs)
	case opObj, opInst:
		m.instantiate(op)
	case opBuild:
		m.build()
	case opPersID, opBinPersID:
		m.persistentID(op)
	case opExt1, opExt2, opExt4:
		m.extension(op)
	default:
		m.pos--
		m.fail("0x%02x is no opcode", op)
	}
}

func (m *machine) length1() int64 {
	if b := m.need(1); b != nil {
		return int64(b[0])
	}
	return -1
}

func (m *machine) length4() int64 {
	if b := m.need(4); b != nil {
		return int64(binary.LittleEndian.Uint32(b))
	}
	return -1
}

func (m *machine) length8() int64 {
	b := m.need(8)
	if b == nil {
		return -1
	}
	n := binary.LittleEndian.Uint64(b)
	if n > math.MaxInt64 {
		return -1
	}
	return int64(n)
}

// text pushes a constant of n bytes.
func (m *machine) text(k kind, encoding uint8, n int64) {
	if m.done {
		return
	}
	if m.opts.framed && k == kStr {
		m.drop(n)
	}
	v := value{kind: k, encoding: encoding, a: m.offset(), x: uint32(n)}
	if n >= 16 {
		m.suspect(v, n)
		if n >= math.MaxUint32 {
			v.long, v.x = true, uint32(len(m.lengths))
			m.lengths = append(m.lengths, n)
		}
	}
	if m.skip(n) {
		m.push(v)
	}
}

func (m *machine) textLine(op byte) {
	from, n, ok := m.payload()
	if !ok {
		return
	}
	v := value{kind: kStr, encoding: escapedText, a: from, x: uint32(min(n, math.MaxUint32))}
	if op == opString {
		b := m.peekAt(from, int(min(n, window)))
		last := m.peekByte(from + n - 1)
		if n < 2 || len(b) == 0 || b[0] != last || last != '\'' && last != '"' {
			m.fail("the text of STRING is not quoted")
			return
		}
		v.encoding, v.a, v.x = quotedText, from+1, v.x-2
	}
	if n >= 16 {
		m.suspect(v, n)
	}
	m.push(v)
}

func (m *machine) numberLine(op byte) {
	b := m.line(m.opts.Limits.Digits)
	switch {
	case m.done:
	case op == opInt && string(b) == "00":
		m.push(value{kind: kBool})
	case op == opInt && string(b) == "01":
		m.push(value{kind: kBool, a: 1})
	default:
		n, ok := number(b)
		if ok && !decimal(b) {
			m.unusual("number-text")
		}
		switch {
		case !ok:
			m.fail("%q is no number for %s", head(b), m.name())
		case n.IsInt64():
			m.push(value{kind: kInt, a: n.Int64()})
		default:
			m.push(m.hold(kInt, n.String()))
		}
	}
}

func (m *machine) memoLine(op byte) {
	b := m.line(m.opts.Limits.Digits)
	if m.done {
		return
	}
	i, wide, ok := index(b)
	switch {
	case !ok:
		m.fail("%q is no index of the memo", head(b))
	case wide != "":
		m.memoWide(op, wide)
	case op == opGet:
		m.get(i)
	default:
		m.put(i)
	}
}

// long pushes a little-endian number of n bytes in two's complement.
func (m *machine) long(n int64) {
	if m.opts.framed {
		m.drop(n)
	}
	from := m.offset()
	if !m.skip(n) {
		return
	}
	if n > 8 {
		b := m.peekAt(from, int(min(n, 64)))
		m.push(m.hold(kInt, twosComplement(b, n)))
		return
	}
	var x int64
	b := m.peekAt(from, int(n))
	for i := len(b) - 1; i >= 0; i-- {
		x = x<<8 | int64(b[i])
	}
	if k := len(b); k > 0 && k < 8 && b[k-1] >= 0x80 {
		x -= 1 << (8 * k)
	}
	m.push(value{kind: kInt, a: x})
}
