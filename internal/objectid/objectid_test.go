package objectid

import (
	"testing"
	"time"
)

func TestTime(t *testing.T) {
	for id, want := range map[string]string{
		"621ffdc036468d709f174338":   "2022-03-02T23:29:04Z",
		"66944f1fddd6b603d1444b8e":   "2024-07-14T22:20:15Z",
		"ffffffffffffffffffffffff":   "2106-02-07T06:28:15Z",
		"":                           "",
		"5f0c":                       "",
		"zz1ffdc036468d709f174338":   "",
		"621ffdc036468d709f17433800": "",
	} {
		got, ok := Time(id)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v", id, got, ok)
		}
	}
}

func TestCreated(t *testing.T) {
	made, _ := Time("66944f1fddd6b603d1444b8e")
	for _, test := range []struct {
		id           string
		stated, want time.Time
	}{
		{"66944f1fddd6b603d1444b8e", time.Time{}, made},
		{"66944f1fddd6b603d1444b8e", made.AddDate(-1, 0, 0), made},
		{"66944f1fddd6b603d1444b8e", made.AddDate(1, 0, 0), made.AddDate(1, 0, 0)},
		{"", made, made},
		{"", time.Time{}, time.Time{}},
	} {
		if got := Created(test.id, test.stated); !got.Equal(test.want) {
			t.Errorf("%q %v: got %v", test.id, test.stated, got)
		}
	}
}
