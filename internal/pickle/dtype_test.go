package pickle

import "testing"

// TestDTypeStates holds the states that numpy's C code believes to those that it writes.
func TestDTypeStates(t *testing.T) {
	const none = "N"
	dtype := func(code string) string { return sg("numpy", "dtype") + su(code) + "\x89\x88\x87R" }
	with := func(code, state string) string { return dtype(code) + "(" + state + "tb" }
	number := "K\x03" + su("<") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
	f8 := with("f8", number+"K\x00")
	object := with("O8", number+"K\x3f")
	fields := func(offset, flags string, inner string) string {
		return with("V8", "K\x03"+su("|")+none+su("a")+"\x85"+"}"+su("a")+inner+offset+"\x86sK\x08K\x01"+flags)
	}
	text := func(size, flags string) string { return with("U2", "K\x03"+su("<")+"NNN"+size+"K\x04"+flags) }
	for name, tt := range map[string]struct {
		pickle string
		sound  bool
	}{
		"number":                        {f8, true},
		"object":                        {object, true},
		"text":                          {text("K\x08", "K\x08"), true},
		"field":                         {fields("K\x00", "K\x10", f8), true},
		"field of an object":            {fields("K\x00", "K\x1b", object), true},
		"time":                          {with("M8", "K\x04"+su("<")+"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00}(\x8c\x02nsK\x01K\x01K\x01t\x86"), true},
		"number that is a pointer":      {with("f8", number+"K\x01"), false},
		"number that is an object":      {with("f8", number+"K\x3f"), false},
		"object that is a number":       {with("O8", number+"K\x00"), false},
		"text that is a pointer":        {text("K\x08", "K\x09"), false},
		"text of another size":          {text("K\x80", "K\x08"), false},
		"text of a negative size":       {text("J\xf0\xff\xff\xff", "K\x08"), false},
		"field behind the end":          {fields("K\x01", "K\x10", f8), false},
		"field before the start":        {fields("J\xff\xff\xff\xff", "K\x10", f8), false},
		"field of an object, unsaid":    {fields("K\x00", "K\x10", object), false},
		"field of an object, half said": {fields("K\x00", "K\x03", object), false},
		"number, said to be an object":  {fields("K\x00", "K\x1b", f8), false},
		"state of another length":       {with("f8", "K\x03"+su("<")+"NNNJ\xff\xff\xff\xff"), false},
		"state of another version":      {with("f8", "K\x02"+number[2:]+"K\x00"), false},
		"subarray that is a number":     {with("f8", "K\x03"+su("<")+"K\x01NNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00"), false},
		"no tuple":                      {dtype("f8") + "}b", false},
		"name of no field":              {with("V8", "K\x03"+su("|")+none+su("b")+"\x85"+"}"+su("a")+f8+"K\x00\x86sK\x08K\x01K\x10"), false},
		"subarray":                      {with("V16", "K\x03"+su("|")+f8+"K\x02\x85\x86NNK\x10K\x08K\x00"), true},
		"subarray of another size":      {with("V16", "K\x03"+su("|")+f8+"K\x03\x85\x86NNK\x10K\x08K\x00"), false},
	} {
		r := run([]byte("\x80\x04" + tt.pickle + "."))
		if bad := len(r.Arguments) > 0; bad == tt.sound || r.Grammar.OK != tt.sound || r.Malformed != "" {
			t.Errorf("%s: arguments %+v, grammar %+v, %s", name, r.Arguments, r.Grammar, r.Malformed)
		}
	}
}

// TestArrayStates holds that a list which numpy reads beyond its end is an argument that
// it never writes.
func TestArrayStates(t *testing.T) {
	array := func(state string) string {
		return "\x80\x04" + sg("numpy.core.multiarray", "_reconstruct") + sg("numpy", "ndarray") + "K\x00\x85" + sb("b") + "\x87R(" + state + "tb."
	}
	object := sg("numpy", "dtype") + su("O8") + "\x89\x88\x87R(K\x03" + su("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb"
	number := sg("numpy", "dtype") + su("i1") + "\x89\x88\x87R(K\x03" + su("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
	record := sg("numpy", "dtype") + su("V8") + "\x89\x88\x87R(K\x03" + su("|") + "N" + su("a") + "\x85}" + su("a") + object + "K\x00\x86sK\x08K\x01K\x1btb"
	for name, tt := range map[string]struct {
		pickle        string
		sound, proven bool
	}{
		"numbers":                 {array("K\x01K\x02\x85" + number + "\x89" + sb("ab")), true, true},
		"numbers without version": {array("K\x02\x85" + number + "\x89" + sb("ab")), true, true},
		"too few bytes":           {array("K\x01K\x02\x85" + number + "\x89" + sb("a")), true, false},
		"objects":                 {array("K\x01K\x02\x85" + object + "\x89](NNe"), true, true},
		"objects, too few":        {array("K\x01K\x03\x85" + object + "\x89](NNe"), false, false},
		"objects, too many":       {array("K\x01K\x01\x85" + object + "\x89](NNe"), true, false},
		"objects as bytes":        {array("K\x01K\x01\x85" + object + "\x89" + sb("12345678")), false, false},
		"numbers as a list":       {array("K\x01K\x02\x85" + number + "\x89](NNe"), false, false},
		"record":                  {array("K\x01K\x01\x85" + record + "\x89](N\x85e"), true, true},
		"record that is none":     {array("K\x01K\x01\x85" + record + "\x89](K\x01e"), false, false},
		"record of two":           {array("K\x01K\x01\x85" + record + "\x89](NN\x86e"), false, false},
		"another length":          {array("K\x01K\x02\x85" + number), true, false},
	} {
		r := run([]byte(tt.pickle))
		if bad := len(r.Arguments) > 0; bad == tt.sound || r.Grammar.OK != tt.proven || r.Malformed != "" {
			t.Errorf("%s: arguments %+v, grammar %+v, %s", name, r.Arguments, r.Grammar, r.Malformed)
		}
	}
}
