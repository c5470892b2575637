package pickle

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	cursor "github.com/modelgate/gate/internal/binary"
)

// table is a pickle of protocol 4 of rows {"name": str, "values": [10 floats], "id": int}.
func table(rows int) []byte {
	b := []byte{opProto, 4, opEmptyList, opMemoize}
	float := make([]byte, 9)
	float[0] = opBinFloat
	for i := 0; i < rows; {
		b = append(b, opMark)
		for range 1000 {
			b = append(b, opEmptyDict, opMemoize, opMark)
			b = append(b, opShortBinUnicode, 4)
			b = append(b, "name"...)
			name := fmt.Sprintf("row %d", i)
			b = append(b, opMemoize, opShortBinUnicode, byte(len(name)))
			b = append(b, name...)
			b = append(b, opMemoize, opShortBinUnicode, 6)
			b = append(b, "values"...)
			b = append(b, opMemoize, opEmptyList, opMemoize, opMark)
			for j := range 10 {
				binary.BigEndian.PutUint64(float[1:], math.Float64bits(float64(i*j)))
				b = append(b, float...)
			}
			b = append(b, opAppends, opShortBinUnicode, 2, 'i', 'd', opMemoize, opBinInt)
			b = binary.LittleEndian.AppendUint32(b, uint32(i))
			b = append(b, opSetItems)
			i++
		}
		b = append(b, opAppends)
	}
	return append(b, opStop)
}

func run(data []byte) *Result {
	return Run(context.Background(), cursor.NewCursor(bytes.NewReader(data), 0, int64(len(data))), Options{Joblib: true})
}

func BenchmarkTable(b *testing.B) {
	data := table(100_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var ops int64
	for b.Loop() {
		r := run(data)
		if !r.Grammar.OK {
			b.Fatal(r.Grammar.Reason)
		}
		ops += r.Opcodes
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(ops), "ns/opcode")
}
