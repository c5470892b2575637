// Package usage marks the errors that are mistakes of the user, in the command line or in
// what configures the gate: other errors are those of the gate itself.
package usage

import "fmt"

// Error is a mistake of the user.
type Error struct{ Err error }

// Error implements error.
func (e Error) Error() string { return e.Err.Error() }

// Unwrap is the error that is marked.
func (e Error) Unwrap() error { return e.Err }

// Errorf formats a mistake of the user.
func Errorf(format string, args ...any) error { return Error{fmt.Errorf(format, args...)} }
