package pickle

// withDefaults fills the fields that are zero.
func (l Limits) withDefaults() Limits {
	set(&l.Opcodes, 1e8)
	set(&l.Stack, 1e6)
	set(&l.Marks, 1e6)
	set(&l.Memo, 3<<20)
	set(&l.Values, 1<<20)
	set(&l.Children, 64<<10)
	set(&l.Line, 64<<10)
	set(&l.Digits, 1e4)
	set(&l.Head, 4<<10)
	set(&l.Nesting, 8)
	set(&l.Inflate, 32<<20)
	set(&l.Memory, 80<<20)
	set(&l.Facts, 4096)
	return l
}

func set[T int | int64](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}
