package hub

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/modelgate/gate"
)

// maxMembers and memberPages bound the list of an organisation's members.
const (
	maxMembers  = 2000
	memberPages = 4
)

// account is the overview of an organisation or of a user.
type account struct {
	OID        string `json:"_id"`
	Name       string `json:"name"` // of an organisation
	User       string `json:"user"` // of a user
	IsVerified bool   `json:"isVerified"`
	CreatedAt  string `json:"createdAt"`
}

// Owner is the publisher of a name: an organisation, or else a user. The answer is kept
// for the life of the client.
func (c *Client) Owner(ctx context.Context, name string) (*gate.Publisher, error) {
	if err := checkSegment(name); err != nil {
		return nil, unavailable(name, gate.ReasonNotFound, "%q cannot be the name of a publisher at the Hub: %v", name, err)
	}
	key := strings.ToLower(name)
	c.mu.Lock()
	known := c.owners[key]
	c.mu.Unlock()
	if known != nil {
		p := *known
		return &p, nil
	}
	p, err := c.publisher(ctx, name, "organizations", "org")
	if reason(err) == gate.ReasonNotFound {
		p, err = c.publisher(ctx, name, "users", "user")
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known = new(*p)
	c.owners[key] = known
	return p, nil
}

func (c *Client) publisher(ctx context.Context, name, collection, kind string) (*gate.Publisher, error) {
	u, err := c.url("/api/"+collection+"/"+name+"/overview", nil)
	if err != nil {
		return nil, err
	}
	var a account
	if _, err := c.getJSON(ctx, name, aboutAccount, u, &a); err != nil {
		return nil, err
	}
	p := &gate.Publisher{Name: a.Name, ID: a.OID, Type: kind, Verified: a.IsVerified, Created: stamp(a.CreatedAt)}
	if kind == "user" {
		p.Name, p.Verified = a.User, false
	}
	if !strings.EqualFold(p.Name, name) || p.ID != "" && !isID(p.ID) {
		return nil, badAnswer(name, "the answer of %s about the publisher %s makes no sense: it is about %.100q with the id %.100q", c.endpoint.Host, name, p.Name, p.ID)
	}
	if p.Created.IsZero() {
		p.Created = IDTime(p.ID)
	}
	return p, nil
}

// Members are the public members of an organisation by name.
func (c *Client) Members(ctx context.Context, org string) ([]string, error) {
	if err := checkSegment(org); err != nil {
		return nil, unavailable(org, gate.ReasonNotFound, "%q cannot be the name of an organisation at the Hub: %v", org, err)
	}
	u, err := c.url("/api/organizations/"+url.PathEscape(org)+"/members", nil)
	if err != nil {
		return nil, err
	}
	var names []string
	err = pages(ctx, c, org, aboutAccount, u, memberPages, func(page []account) error {
		for _, a := range page {
			if checkSegment(a.User) != nil {
				return fmt.Errorf("a member %.100q", a.User)
			}
			names = append(names, a.User)
		}
		if len(names) > maxMembers {
			return errEnough
		}
		return nil
	})
	return names, err
}
