package watch

import (
	"context"
	"path"
	"time"

	"github.com/modelgate/gate"
	"github.com/modelgate/gate/internal/gitrepo"
	"github.com/modelgate/gate/internal/lock"
)

// LockedAt is when the history first had the commit of each model in the lock. Where there
// is no history, or a part of it, nothing is known.
func LockedAt(ctx context.Context, dir, named string, models []gate.Locked) map[string]time.Time {
	if named != "" {
		return nil
	}
	git, err := gitrepo.Open(dir)
	if err != nil {
		return nil
	}
	defer git.Close()
	head, err := git.Resolve("HEAD")
	if err != nil {
		return nil
	}
	var needles []gitrepo.Needle
	for _, l := range models {
		needles = append(needles, gitrepo.Needle{Path: path.Join(git.Prefix, lock.Name), Text: l.Commit})
	}
	seen := git.FirstSeen(ctx, head, needles)
	out := map[string]time.Time{}
	for _, l := range models {
		out[l.Key] = seen[l.Commit]
	}
	return out
}
