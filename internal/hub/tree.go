package hub

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/modelgate/gate"
)

// maxPages bounds the pages of one list.
const maxPages = 2 * maxFiles / 1000

// Tree lists the files at a revision, page by page.
func (c *Client) Tree(ctx context.Context, name, rev string) ([]gate.RemoteFile, error) {
	id := modelName(name, rev)
	rev, err := asked(name, rev)
	if err != nil {
		return nil, err
	}
	u, err := c.url("/api/models/"+name+"/tree/"+url.PathEscape(rev), url.Values{"recursive": {"true"}})
	if err != nil {
		return nil, err
	}
	var all []entry
	err = pages(ctx, c, id, aboutModel, u, maxPages, func(page []entry) error {
		if all = append(all, page...); len(all) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	files, complete, err := listed(all)
	if err == nil && !complete && len(all) < manySiblings {
		err = fmt.Errorf("a file without a size")
	}
	if err != nil {
		return nil, badAnswer(id, "the list of files of %s makes no sense: %v", id, err)
	}
	return files, nil
}

// pages reads the pages of a list, at most so many. An error of take is a bad answer;
// errEnough ends without one.
func pages[T any](ctx context.Context, c *Client, id string, what about, u *url.URL, most int, take func([]T) error) error {
	for n := 0; u != nil; n++ {
		if n == most {
			return badAnswer(id, "a list of %s has more than %d pages", id, most)
		}
		var page []T
		next, err := c.getJSON(ctx, id, what, u, &page)
		if err != nil {
			return err
		}
		if page == nil {
			return badAnswer(id, "a list of %s is null", id)
		}
		if err := take(page); err == errEnough {
			return nil
		} else if err != nil {
			return badAnswer(id, "a list of %s makes no sense: %v", id, err)
		}
		u = next
	}
	return nil
}

// errEnough ends the reading of pages.
var errEnough = errors.New("enough")

// listed makes files of a list, sorted by path. It is not complete where sizes are left
// out or the list is so long that it may have been cut.
func listed(entries []entry) (files []gate.RemoteFile, complete bool, err error) {
	if len(entries) > maxFiles {
		return nil, false, fmt.Errorf("more than %d files", maxFiles)
	}
	complete = len(entries) < manySiblings
	for _, e := range entries {
		if e.Type != "" && e.Type != "file" {
			continue
		}
		f, sized, err := e.file()
		if err != nil {
			return nil, false, err
		}
		complete = complete && sized
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b gate.RemoteFile) int { return strings.Compare(a.Path, b.Path) })
	for i := range files[min(1, len(files)):] {
		if files[i].Path == files[i+1].Path {
			return nil, false, fmt.Errorf("two files %.200q", files[i].Path)
		}
	}
	return files, complete, nil
}

func (e *entry) file() (f gate.RemoteFile, sized bool, err error) {
	f = gate.RemoteFile{Path: e.Path + e.Sibling, Git: e.BlobID + e.ObjectID}
	if f.Path == "" || e.Path != "" && e.Sibling != "" {
		return f, false, fmt.Errorf("a file without a path")
	}
	if err := possiblePath(f.Path); err != nil {
		return f, false, err
	}
	if e.Size != nil {
		f.Size, sized = *e.Size, true
	}
	if e.LFS != nil {
		f.SHA256 = e.LFS.SHA256
		if f.SHA256 == "" {
			f.SHA256 = e.LFS.ObjectID
		}
		if !isSHA256(f.SHA256) || sized && f.Size != e.LFS.Size {
			return f, false, fmt.Errorf("the size or the digest of %.200q", f.Path)
		}
		f.Size, sized = e.LFS.Size, true
	}
	if f.Git != "" && !IsCommit(f.Git) {
		return f, false, fmt.Errorf("the git object of %.200q", f.Path)
	}
	if f.Size < 0 || f.Size > maxFileSize {
		return f, false, fmt.Errorf("%d bytes for %.200q", f.Size, f.Path)
	}
	return f, sized, nil
}

// possiblePath refuses the paths that no tree of git has. Others may be unsafe to write
// and are listed as they are.
func possiblePath(p string) error {
	for e := range strings.SplitSeq(p, "/") {
		if e == "" || e == "." || e == ".." {
			return fmt.Errorf("the path %.200q", p)
		}
	}
	return nil
}
