package hub

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/modelgate/gate/internal/httpsafe"
)

// DefaultEndpoint is where the Hub is unless the environment says otherwise.
const DefaultEndpoint = "https://huggingface.co"

// defaultTimeout is that of the Hub's own clients.
const defaultTimeout = 10 * time.Second

// Config is where the Hub is and how it may be asked. The zero value asks the Hub
// itself, anonymously.
type Config struct {
	Endpoint string
	Token    string
	// Exchange gets a token from the identity of a pipeline instead.
	Exchange Exchange
	// Offline forbids every request.
	Offline bool
	// HomeDir is HF_HOME and CacheDir the cache that the Hub's clients share. They are
	// empty where the machine has no home.
	HomeDir, CacheDir string
	// EtagTimeout bounds the wait for the headers of an answer, DownloadTimeout the wait
	// for further bytes of its body.
	EtagTimeout, DownloadTimeout time.Duration
	// Budget bounds all requests of a client together; zero leaves it to the contexts, and
	// where they have no deadline a wait that a server demands may take a minute.
	Budget time.Duration
	// StorageHosts are hosts, beside those of the Hub, to which the endpoint may send for
	// the bytes of a file. Unlike the others they may have private addresses.
	StorageHosts []string
	UserAgent    string
	// Proxy chooses the proxy of a request; nil means as the environment says.
	Proxy func(*http.Request) (*url.URL, error)
}

// FromEnv reads the variables that the Hub's own clients read, and GATE_STORAGE_HOSTS: a
// comma-separated list of further hosts that may serve the bytes of files.
func FromEnv(getenv func(string) string) (Config, error) {
	c := Config{
		Endpoint: strings.TrimRight(strings.TrimSpace(getenv("HF_ENDPOINT")), "/"),
		Offline:  truth(getenv("HF_HUB_OFFLINE")) || truth(getenv("TRANSFORMERS_OFFLINE")),
	}
	for host := range strings.SplitSeq(getenv("GATE_STORAGE_HOSTS"), ",") {
		if host = strings.TrimSpace(host); host != "" {
			c.StorageHosts = append(c.StorageHosts, host)
		}
	}
	c.HomeDir, c.CacheDir = folders(getenv)
	var err error
	if c.EtagTimeout, err = seconds(getenv, "HF_HUB_ETAG_TIMEOUT"); err != nil {
		return Config{}, err
	}
	if c.DownloadTimeout, err = seconds(getenv, "HF_HUB_DOWNLOAD_TIMEOUT"); err != nil {
		return Config{}, err
	}
	if truth(getenv("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
		return c, nil
	}
	c.Exchange = exchangeFromEnv(getenv)
	c.Token, err = token(getenv, c.HomeDir)
	return c, err
}

func truth(s string) bool {
	switch strings.ToUpper(s) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

func seconds(getenv func(string) string, name string) (time.Duration, error) {
	text := strings.TrimSpace(getenv(name))
	if text == "" {
		return defaultTimeout, nil
	}
	s, err := strconv.ParseFloat(text, 64)
	if err != nil || !(s > 0 && s <= 3600) {
		return 0, fmt.Errorf("%s is %q: it must be a number of seconds above 0 and at most 3600", name, text)
	}
	return time.Duration(s * float64(time.Second)), nil
}

// folders are HF_HOME and the cache, by the rules of huggingface_hub's constants.py.
func folders(getenv func(string) string) (home, cache string) {
	user := getenv("HOME")
	if user == "" {
		user = getenv("USERPROFILE")
	}
	expand := func(p string) string {
		if rest, ok := strings.CutPrefix(p, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
			return filepath.Join(user, rest)
		}
		return p
	}
	switch {
	case getenv("HF_HOME") != "":
		home = expand(getenv("HF_HOME"))
	case getenv("XDG_CACHE_HOME") != "":
		home = filepath.Join(expand(getenv("XDG_CACHE_HOME")), "huggingface")
	case user != "":
		home = filepath.Join(user, ".cache", "huggingface")
	}
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if p := getenv(name); p != "" {
			return home, expand(p)
		}
	}
	if home != "" {
		cache = filepath.Join(home, "hub")
	}
	return home, cache
}

// token is HF_TOKEN, or else what the token file has.
func token(getenv func(string) string, home string) (string, error) {
	if t := strings.TrimSpace(getenv("HF_TOKEN")); t != "" {
		return t, nil
	}
	path := getenv("HF_TOKEN_PATH")
	if path == "" {
		if home == "" {
			return "", nil
		}
		path = filepath.Join(home, "token")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the Hub's token: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxToken+1))
	if err != nil {
		return "", fmt.Errorf("reading the Hub's token: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// maxToken bounds a token; those of the Hub have 37 bytes, exchanged ones a few hundred.
const maxToken = 8 << 10

// checkToken refuses what cannot stand in a header, without repeating it.
func checkToken(t string) error {
	if len(t) > maxToken {
		return errors.New("the Hub's token is longer than any is")
	}
	for i := range len(t) {
		if t[i] <= ' ' || t[i] > '~' {
			return errors.New("the Hub's token has a character that no token has: see HF_TOKEN and the token file")
		}
	}
	return nil
}

// parseEndpoint returns the endpoint and whether it is on this machine.
func parseEndpoint(text string) (*url.URL, bool, error) {
	if text == "" {
		text = DefaultEndpoint
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, false, errors.New("HF_ENDPOINT is no URL such as https://huggingface.co")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, false, errors.New("HF_ENDPOINT must have no user, password, query or fragment: a token belongs in HF_TOKEN")
	}
	local := httpsafe.Loopback(u.Hostname())
	switch {
	case u.Scheme != "https" && !(u.Scheme == "http" && local):
		return nil, false, fmt.Errorf("HF_ENDPOINT %q must begin with https://: http is only for this machine itself", u.Redacted())
	case !local && httpsafe.Address(u.Hostname()):
		return nil, false, fmt.Errorf("HF_ENDPOINT %q must have a host name, not an address", u.Redacted())
	}
	return u, local, nil
}
