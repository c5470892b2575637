// Package objectid reads the time in the identifiers that the Hugging Face Hub gives to
// repositories and accounts: https://www.mongodb.com/docs/manual/reference/bson-types/#objectid.
// Nobody but the registry chooses them, and they survive a rename.
package objectid

import (
	"encoding/hex"
	"time"
)

// Time is the second at which an identifier was made; false where it is none.
func Time(id string) (time.Time, bool) {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != 12 {
		return time.Time{}, false
	}
	seconds := int64(raw[0])<<24 | int64(raw[1])<<16 | int64(raw[2])<<8 | int64(raw[3])
	return time.Unix(seconds, 0).UTC(), true
}

// Created is when something with an identifier was made: the later of the identifier's
// time and the one that is stated, or zero where neither is known.
func Created(id string, stated time.Time) time.Time {
	if made, ok := Time(id); ok && made.After(stated) {
		return made
	}
	return stated
}
