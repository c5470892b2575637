package hub

import (
	"context"
	"errors"

	"github.com/modelgate/gate"
)

// Repository implements gate.Registry: three requests for a model of an organisation whose
// revision is a branch or a tag, some more where histories must be read to know that a
// commit is on one. Only what the Hub says of the model itself must be there; the rest is
// noted where it is missing.
func (c *Client) Repository(ctx context.Context, m gate.ModelID) (*gate.Repository, error) {
	if m.Source != "hf" {
		return nil, unavailable(m.String(), gate.ReasonUnsupported, "%q is at a registry of the kind %q, which the gate does not ask", m.String(), m.Source)
	}
	r, err := c.Info(ctx, m.Key(), m.Revision)
	if err != nil {
		return nil, err
	}
	refs, err := c.Refs(ctx, r.Name)
	if err == nil {
		if r, err = c.current(ctx, r, refs); err != nil {
			return nil, err
		}
		r.Refs = refs
		r.Reachable, err = c.Reachable(ctx, r.Name, r.Commit, refs)
	} else {
		r.Reachable = reachableUnknown
	}
	r.Model = m
	if err := note(r, err); err != nil {
		return nil, err
	}
	namespace, _ := split(r.Name)
	if namespace == "" {
		return r, nil
	}
	r.Owner, err = c.Owner(ctx, namespace)
	if reason(err) == gate.ReasonNotFound {
		err = badAnswer(r.Name, "%s has the model %s and tells nothing of the account %s, to which it belongs: a mirror must have /api/organizations and /api/users too", c.endpoint.Host, r.Name, namespace)
	}
	if err := note(r, err); err != nil {
		return nil, err
	}
	return r, nil
}

// note keeps why a part of the answer is missing; any other error is returned. The model
// itself answered: that a part is refused does not mean that the model is gone.
func note(r *gate.Repository, err error) error {
	u, ok := errors.AsType[*gate.Unavailable](err)
	if !ok {
		return err
	}
	why := u.Reason
	switch {
	case why == gate.ReasonNotFound && r.Gated != "":
		why = gate.ReasonGated
	case why == gate.ReasonNotFound:
		why = gate.ReasonBadAnswer
	}
	r.Notes = append(r.Notes, gate.Unavailable{ID: r.Model.String(), Reason: why, Detail: u.Detail})
	return nil
}

// current asks again where the answer about a branch or a tag is another commit than the
// one that the list of references has: after a force push the Hub has answered with
// commits that were gone (huggingface_hub#3406).
func (c *Client) current(ctx context.Context, r *gate.Repository, refs []gate.Ref) (*gate.Repository, error) {
	for _, ref := range refs { // branches come first
		if ref.Name != r.Model.Revision {
			continue
		}
		if ref.Commit == r.Commit {
			return r, nil
		}
		again, err := c.Info(ctx, r.Name, ref.Commit)
		if reason(err) == gate.ReasonRevision {
			return r, note(r, badAnswer(r.Name, "%s says of %s that it is at %s and lists it at %s", c.endpoint.Host, r.Model, r.Commit, ref.Commit))
		}
		return again, err
	}
	return r, nil
}
