package python

// vars are the values of names, in the order in which they were first assigned.
type vars struct {
	list  []variable
	index map[string]int // once there are many
}

type variable struct {
	name  string
	value set
}

// manyVars is the number from which an index is kept.
const manyVars = 16

func (v *vars) find(name string) int {
	if v.index != nil {
		if i, ok := v.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range v.list {
		if v.list[i].name == name {
			return i
		}
	}
	return -1
}

func (v *vars) get(name string) (set, bool) {
	if i := v.find(name); i >= 0 {
		return v.list[i].value, true
	}
	return nil, false
}

func (v *vars) put(name string, s set) {
	if i := v.find(name); i >= 0 {
		v.list[i].value = s
		return
	}
	v.list = append(v.list, variable{name, s})
	if v.index != nil {
		v.index[name] = len(v.list) - 1
	} else if len(v.list) == manyVars {
		v.index = make(map[string]int, 2*manyVars)
		for i := range v.list {
			v.index[v.list[i].name] = i
		}
	}
}
