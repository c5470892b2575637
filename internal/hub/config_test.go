package hub

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestFromEnv(t *testing.T) {
	c, err := FromEnv(env("HOME", "/home/ci"))
	if err != nil || c.HomeDir != filepath.FromSlash("/home/ci/.cache/huggingface") || c.CacheDir != filepath.FromSlash("/home/ci/.cache/huggingface/hub") ||
		c.EtagTimeout != 10*time.Second || c.DownloadTimeout != 10*time.Second || c.Offline || c.Endpoint != "" {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = FromEnv(env("HF_ENDPOINT", "https://mirror.example/hf/", "HF_TOKEN", " hf_x\n", "HF_HOME", "/hf", "HF_HUB_CACHE", "~/c", "HOME", "/h",
		"HF_HUB_ETAG_TIMEOUT", "3", "HF_HUB_DOWNLOAD_TIMEOUT", "0.5", "TRANSFORMERS_OFFLINE", "yes", "GATE_STORAGE_HOSTS", "a.example, b.example,"))
	if err != nil || c.Endpoint != "https://mirror.example/hf" || c.Token != "hf_x" || c.HomeDir != "/hf" || c.CacheDir != filepath.FromSlash("/h/c") ||
		c.EtagTimeout != 3*time.Second || c.DownloadTimeout != time.Second/2 || !c.Offline || len(c.StorageHosts) != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = FromEnv(env("XDG_CACHE_HOME", "/x", "HUGGINGFACE_HUB_CACHE", "/alias", "HF_HUB_OFFLINE", "0"))
	if err != nil || c.HomeDir != filepath.FromSlash("/x/huggingface") || c.CacheDir != "/alias" || c.Offline {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = FromEnv(env()); err != nil || c.HomeDir != "" || c.CacheDir != "" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []string{"x", "0", "-1", "NaN", "1e9", "Inf"} {
		if _, err := FromEnv(env("HF_HUB_ETAG_TIMEOUT", bad)); err == nil {
			t.Errorf("a time-out of %q", bad)
		}
	}
}

func TestToken(t *testing.T) {
	home := t.TempDir()
	file := filepath.Join(t.TempDir(), "t")
	for path, token := range map[string]string{filepath.Join(home, "token"): "hf_home\n", file: "hf_file"} {
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		env  []string
		want string
	}{
		{[]string{"HF_HOME", home}, "hf_home"},
		{[]string{"HF_HOME", home, "HF_TOKEN_PATH", file}, "hf_file"},
		{[]string{"HF_HOME", home, "HF_TOKEN", "hf_env"}, "hf_env"},
		{[]string{"HF_HOME", home, "HF_TOKEN", "hf_env", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}, ""},
		{[]string{"HF_HOME", file + "none"}, ""},
	} {
		got, err := FromEnv(env(c.env...))
		if err != nil || got.Token != c.want {
			t.Errorf("%q: %q, %v", c.env, got.Token, err)
		}
	}
}

func TestEndpoints(t *testing.T) {
	for endpoint, good := range map[string]bool{
		"": true, "https://huggingface.co": true, "https://mirror.example:8443/api/hf": true, "http://127.0.0.1:80": true, "http://localhost:1": true, "http://[::1]:1": true, "https://127.0.0.1": true,
		"http://huggingface.co": false, "http://localhost.evil.example": false, "https://10.0.0.1": false, "https://2130706433": false, "https://user:secret@huggingface.co": false,
		"https://huggingface.co?x=1": false, "https://huggingface.co#x": false, "huggingface.co": false, "ftp://huggingface.co": false, "https://": false, "https://h\nx": false, "mailto:a": false,
	} {
		_, err := New(Config{Endpoint: endpoint})
		if (err == nil) != good {
			t.Errorf("%q: %v", endpoint, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("says %v", err)
		}
	}
}
