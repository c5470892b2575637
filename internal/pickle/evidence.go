package pickle

import "github.com/modelgate/gate"

// The kinds of facts about pickles, whatever file they stand in.
const (
	KindImport       gate.Kind = "pickle.import"
	KindCall         gate.Kind = "pickle.call"
	KindBuild        gate.Kind = "pickle.build"
	KindArgument     gate.Kind = "pickle.argument"
	KindExtension    gate.Kind = "pickle.extension"
	KindPersistent   gate.Kind = "pickle.persistent-id"
	KindNested       gate.Kind = "pickle.nested"
	KindCode         gate.Kind = "pickle.code"
	KindFrame        gate.Kind = "pickle.frame"
	KindTrailing     gate.Kind = "pickle.trailing"
	KindMalformed    gate.Kind = "pickle.malformed"
	KindNoncanonical gate.Kind = "pickle.noncanonical"
	KindWeightsOnly  gate.Kind = "torch.weights-only"
	KindExternal     gate.Kind = "joblib.external"
)

// Kinds are the kinds that Emit states with zero values of their data, to be merged
// into the Spec of a format that holds pickles.
func Kinds() map[gate.Kind]any {
	return map[gate.Kind]any{
		KindImport: Import{}, KindCall: Call{}, KindBuild: Build{}, KindArgument: Argument{},
		KindExtension: Extension{}, KindPersistent: PersistentID{}, KindNested: Nested{},
		KindCode: Code{}, KindFrame: Frame{}, KindTrailing: Trailing{},
		KindMalformed: gate.Malformed{}, KindNoncanonical: Noncanonical{},
		KindWeightsOnly: WeightsOnly{}, KindExternal: Sibling{},
		gate.KindIncomplete: gate.Incomplete{},
	}
}

// Emit states what a stream does. Of the persistent ids only those that are no sound
// storage of torch are stated. Whether torch's restricted unpickler takes the stream is
// for the caller to state, since only some files are meant for it.
func Emit(r *Result, out gate.Recorder) {
	for _, f := range r.Imports {
		out.Emit(KindImport, at(f.Offset), f)
	}
	for _, f := range r.Calls {
		out.Emit(KindCall, at(f.Offset), f)
	}
	for _, f := range r.Builds {
		out.Emit(KindBuild, at(f.Offset), f)
	}
	for _, f := range r.Arguments {
		out.Emit(KindArgument, at(f.Offset), f)
	}
	for _, f := range r.Extensions {
		out.Emit(KindExtension, at(f.Offset), f)
	}
	for _, f := range r.Persistent {
		if f.Class != "storage" || f.Problem != "" {
			out.Emit(KindPersistent, at(f.Offset), f)
		}
	}
	emitForms(r, out)
}

func emitForms(r *Result, out gate.Recorder) {
	for _, f := range r.Nested {
		out.Emit(KindNested, at(f.Offset), f)
	}
	for _, f := range r.Code {
		out.Emit(KindCode, at(f.Offset), f)
	}
	for _, f := range r.Frames {
		out.Emit(KindFrame, at(f.Offset), f)
	}
	for _, f := range r.Unusual {
		out.Emit(KindNoncanonical, at(f.Offset), f)
	}
	for _, f := range r.Siblings {
		out.Emit(KindExternal, at(f.Offset), f)
	}
	if r.Malformed != "" {
		out.Emit(KindMalformed, at(r.BrokenAt), gate.Malformed{Reason: r.Malformed})
	}
	for _, f := range r.Incomplete {
		out.Emit(gate.KindIncomplete, at(r.End), f)
	}
}

func at(offset int64) gate.Location { return gate.Location{Offset: offset} }
