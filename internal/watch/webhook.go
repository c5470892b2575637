package watch

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/modelgate/gate/internal/httpsafe"
	"github.com/modelgate/gate/internal/report"
)

// Webhook is where alerts are posted to. Its URL is a secret: no error repeats it.
type Webhook struct {
	url    *url.URL
	secret string
	format string
	client *http.Client
	wait   time.Duration // before the second attempt
}

// The formats of a message: one for programs, and those that chats take.
const (
	plainFormat   = "json"
	slackFormat   = "slack"
	discordFormat = "discord"
	teamsFormat   = "teams"
)

// Formats are the formats of a webhook.
func Formats() []string { return []string{plainFormat, slackFormat, discordFormat, teamsFormat} }

const (
	attempts    = 3
	attemptTime = 10 * time.Second
	maxInText   = 20    // alerts that a text names
	maxInBody   = 500   // alerts of a body
	maxDiscord  = 1_900 // characters of a message, of 2,000
	maxChat     = 10_000
	maxPause    = 20 * time.Second
)

// NewWebhook checks where alerts shall go: over https, to a public address or to this
// machine, and where the first answer counts, since a redirect would take the alerts to a
// place that nobody chose. An empty format is that for programs; without a secret nothing
// is signed.
func NewWebhook(rawURL, secret, format string) (*Webhook, error) {
	if format == "" {
		format = plainFormat
	}
	if !slices.Contains(Formats(), format) {
		return nil, fmt.Errorf("no webhook format is called %q: one of %s", format, strings.Join(Formats(), ", "))
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errors.New("the URL of the webhook is none")
	}
	rules := httpsafe.Rules{Loopback: true}
	if err := rules.Check(u); err != nil {
		return nil, fmt.Errorf("the URL of the webhook: %w", err)
	}
	client := httpsafe.New(rules)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Webhook{url: u, secret: secret, format: format, client: client, wait: time.Second}, nil
}

// Deliver posts alerts. It tries again where the server is busy.
func (w *Webhook) Deliver(ctx context.Context, alerts []Alert, s *Severities) error {
	body, err := json.Marshal(w.payload(s.bySeverity(alerts), s))
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		again, pause, err := w.post(ctx, body)
		if err == nil {
			return nil
		}
		if !again || try == attempts {
			return fmt.Errorf("delivering %s to the webhook: %w", report.Plural(len(alerts), "alert"), err)
		}
		select {
		case <-time.After(max(pause, w.wait<<(try-1))):
		case <-ctx.Done():
			return fmt.Errorf("delivering to the webhook: %w", context.Cause(ctx))
		}
	}
}

// post tells of a failure whether another attempt can help, and when.
func (w *Webhook) post(ctx context.Context, body []byte) (again bool, pause time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url.String(), bytes.NewReader(body))
	if err != nil {
		return false, 0, errors.New("its URL cannot be asked")
	}
	req.Header.Set("Content-Type", "application/json")
	if w.secret != "" {
		req.Header.Set("X-Gate-Signature-256", Sign(w.secret, body))
	}
	resp, err := w.client.Do(req)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // without the URL
		}
		return false, 0, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4<<10)
	switch status := resp.StatusCode; {
	case status >= 200 && status < 300:
		return false, 0, nil
	case status == http.StatusTooManyRequests, status >= 500:
		seconds, _ := time.ParseDuration(resp.Header.Get("Retry-After") + "s")
		return true, min(max(0, seconds), maxPause), fmt.Errorf("it answered with status %d", status)
	default:
		return false, 0, fmt.Errorf("it answered with status %d", status)
	}
}

// Sign is the value of the header X-Gate-Signature-256: the HMAC-SHA256 of a body.
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

type object = map[string]any

// posted is an alert with the word for how bad it is.
type posted struct {
	Severity string `json:"severity"`
	Alert
}

// payload is what a format takes; alerts come worst first.
func (w *Webhook) payload(alerts []Alert, s *Severities) object {
	switch w.format {
	case slackFormat:
		return object{"text": cut(text(alerts, s, slack), maxChat)}
	case discordFormat:
		return object{"content": cut(text(alerts, s, backslashes), maxDiscord), "allowed_mentions": object{"parse": []string{}}}
	case teamsFormat:
		return object{"type": "message", "attachments": []object{{
			"contentType": "application/vnd.microsoft.card.adaptive",
			"content": object{
				"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
				"body": []object{{"type": "TextBlock", "text": cut(text(alerts, s, backslashes), maxChat), "wrap": true}},
			},
		}}}
	}
	list := []posted{}
	for _, a := range alerts[:min(len(alerts), maxInBody)] {
		list = append(list, posted{s.Of(&a), a})
	}
	return object{"text": cut(text(alerts, s, slack), maxChat), "severity": worst(alerts, s), "alerts": list}
}

func worst(alerts []Alert, s *Severities) string {
	if len(alerts) == 0 {
		return "none"
	}
	return s.Of(&alerts[0])
}

// text is a message for people, with what strangers chose made safe for a chat.
func text(alerts []Alert, s *Severities, safe func(string) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gate watch: %s, the worst %s", report.Plural(len(alerts), "alert"), worst(alerts, s))
	for i, a := range alerts {
		if i == maxInText {
			fmt.Fprintf(&b, "\nand %d more", len(alerts)-i)
			break
		}
		fmt.Fprintf(&b, "\n- %s %s %s: %s", s.Of(&a), safe(a.Type), safe(a.Key), safe(a.Message))
	}
	return b.String()
}

// joiner is a character that is not seen and keeps a word from being a link or a mention.
const joiner = "\u2060"

var (
	slackMarks    = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "://", ":"+joiner+"//", " @", " @"+joiner, "\"@", "\"@"+joiner)
	markdownMarks = strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "`", "\\`",
		"~", "\\~", "|", "\\|", "#", "\\#", "<", "‹", ">", "›", "://", ":"+joiner+"//")
)

// slack escapes for Slack and the chats that read its messages.
func slack(s string) string { return slackMarks.Replace(visible(s)) }

// backslashes escapes for chats with Markdown and without HTML.
func backslashes(s string) string { return markdownMarks.Replace(visible(s)) }

// cut shortens text to at most n characters.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
