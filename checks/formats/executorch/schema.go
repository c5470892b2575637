package executorch

import (
	"strings"

	"github.com/modelgate/gate/internal/flatbuffer"
)

var (
	byteField  = flatbuffer.Number(1)
	intField   = flatbuffer.Number(4)
	longField  = flatbuffer.Number(8)
	text       = flatbuffer.Text()
	byteVector = flatbuffer.Numbers(1)
	intVector  = flatbuffer.Numbers(4)
	longVector = flatbuffer.Numbers(8)
	ref        = flatbuffer.Ref
	refs       = flatbuffer.Refs
)

// schema is program.fbs of version 1.5.
var schema = flatbuffer.Schema{
	"Program": {
		intField, refs("ExecutionPlan"), refs("Buffer"), refs("BackendDelegateInlineData"), refs("DataSegment"),
		ref("SubsegmentOffsets"), refs("SubsegmentOffsets"), refs("NamedData"),
	},
	"ExecutionPlan": {
		text, ref("ContainerMetadata"), refs("EValue"), intVector, intVector, refs("Chain"), refs("Operator"),
		refs("BackendDelegate"), longVector, refs("NonConstBufferDevice"),
	},
	"ContainerMetadata":    {text, text},
	"NonConstBufferDevice": {intField, byteField, byteField},

	"EValue": {byteField, flatbuffer.Union(
		"Null", "Int", "Bool", "Double", "Tensor", "String", "IntList", "DoubleList", "BoolList", "TensorList", "OptionalTensorList",
	)},
	"Null":               {},
	"Int":                {longField},
	"Bool":               {byteField},
	"Double":             {longField},
	"String":             {text},
	"IntList":            {longVector},
	"DoubleList":         {longVector},
	"BoolList":           {byteVector},
	"TensorList":         {intVector},
	"OptionalTensorList": {intVector},
	"Tensor": {
		byteField, intField, intVector, byteVector, byteField, intField, ref("AllocationDetails"), byteField, byteField,
		ref("ExtraTensorInfo"),
	},
	"AllocationDetails": {intField, intField, intField},
	"ExtraTensorInfo":   {longField, text, byteField, byteField, byteField},

	"Chain":         {intVector, intVector, refs("Instruction"), refs("FrameList")},
	"Instruction":   {byteField, flatbuffer.Union("KernelCall", "DelegateCall", "MoveCall", "JumpFalseCall", "FreeCall")},
	"KernelCall":    {intField, intVector},
	"DelegateCall":  {intField, intVector},
	"MoveCall":      {intField, intField},
	"JumpFalseCall": {intField, intField},
	"FreeCall":      {intField},
	"FrameList":     {refs("Frame")},
	"Frame":         {text, intField, text, text},

	"Operator":                     {text, text},
	"BackendDelegate":              {text, ref("BackendDelegateDataReference"), refs("CompileSpec")},
	"BackendDelegateDataReference": {byteField, intField},
	"CompileSpec":                  {text, byteVector},
	"Buffer":                       {byteVector},
	"BackendDelegateInlineData":    {byteVector},
	"DataSegment":                  {longField, longField},
	"SubsegmentOffsets":            {intField, longVector},
	"NamedData":                    {text, intField},
}

// The fields that are read, by their numbers.
const (
	programPlans, programBuffers, programInline, programSegments = 1, 2, 3, 4
	programConstants, programMutable, programNamed               = 5, 6, 7

	planValues, planOperators, planDelegates = 2, 6, 7

	valueType, value, typeTensor                                             = 0, 1, 5
	tensorType, tensorSizes, tensorBuffer, tensorAllocation, tensorExtraInfo = 0, 2, 5, 6, 9
	extraSegment, extraLocation, external                                    = 0, 2, 1

	operatorName, operatorOverload         = 0, 1
	delegateID, delegateData               = 0, 1
	dataLocation, dataIndex, inSegment     = 0, 1, 1
	segmentOffset, segmentSize             = 0, 1
	subsegmentSegment, subsegmentPositions = 0, 1
	namedKey, namedSegment                 = 0, 1
)

// itemsizes are the sizes of elements by scalar_type.fbs, but for those smaller than a
// byte.
var itemsizes = map[uint64]int64{
	0: 1, 1: 1, 2: 2, 3: 4, 4: 8, 5: 2, 6: 4, 7: 8, 11: 1, 12: 1, 13: 1, 14: 4, 15: 2, 22: 2,
	23: 1, 24: 1, 25: 1, 26: 1, 27: 2, 28: 4, 29: 8,
}

// namespaces are those of the operators that ExecuTorch has kernels for, see kernels/ and
// backends/ of its repository.
var namespaces = map[string]bool{
	"aten": true, "executorch_prim": true, "dim_order_ops": true, "et_copy": true, "quantized_decomposed": true,
	"cadence": true, "cortex_m": true,
}

// backends are those of ExecuTorch's repository, see backends/.
var backends = map[string]bool{
	"XnnpackBackend": true, "CoreMLBackend": true, "MPSBackend": true, "QnnBackend": true, "VulkanBackend": true,
	"EthosUBackend": true, "TOSABackend": true, "VgfBackend": true, "NeuropilotBackend": true, "NeutronBackend": true,
	"OpenvinoBackend": true, "EnnBackend": true, "CudaBackend": true, "MetalBackend": true, "MLXBackend": true,
}

// own tells whether ExecuTorch has an operator of this name.
func own(operator string) bool {
	space, _, ok := strings.Cut(operator, "::")
	return ok && namespaces[space]
}
