//go:build !linux && !darwin && !freebsd && !windows

package fetch

import (
	"errors"
	"os"
	"syscall"
)

// tryLock cannot tell whether a process lives: no run takes over from another.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

func freeSpace(string) (uint64, bool) { return 0, false }

func sameDevice(string, string) bool { return true }

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }
