package app_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/app"
)

func TestTheEnvironmentIsReadBeforeTheFlags(t *testing.T) {
	t.Parallel()
	cfg := app.DefaultConfig()
	if err := cfg.ReadEnv([]string{"HOME=/root", "QUNYAN_ADDR=0.0.0.0:80", "QUNYAN_PUBLIC_URL=https://a.example/", "QUNYAN_IDLE_MINUTES=20", "QUNYAN_DEV_API=x"}); err != nil {
		t.Fatal(err)
	}
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	cfg.DataFlags(fs)
	cfg.ServerFlags(fs)
	if err := fs.Parse([]string{"--addr", "127.0.0.1:81"}); err != nil {
		t.Fatal(err)
	}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	if cfg.Addr != "127.0.0.1:81" || cfg.PublicURL != "https://a.example" || cfg.IdleMinutes != 20 || cfg.SessionHours != 12 {
		t.Errorf("got %+v", cfg)
	}
	if !cfg.Secure {
		t.Error("an https address does not make the cookies secure")
	}
	if cfg.DB != "sqlite:"+filepath.Join("qunyan-data", "qunyan.db") {
		t.Errorf("database %q", cfg.DB)
	}
}

func TestAMisspeltVariableIsRefusedWithTheNearest(t *testing.T) {
	t.Parallel()
	for entry, want := range map[string]string{
		"QUNYAN_ADRR=x":               "QUNYAN_ADDR",
		"QUNYAN_PUBLICURL=x":          "QUNYAN_PUBLIC_URL",
		"QUNYAN_Data=x":               "QUNYAN_DATA",
		"QUNYAN_SIGNINS_PER_MINUTE=5": "QUNYAN_SIGN_INS_PER_MINUTE",
		"QUNYAN_=x":                   "QUNYAN_",
	} {
		cfg := app.DefaultConfig()
		err := cfg.ReadEnv([]string{entry})
		if err == nil || !strings.Contains(err.Error(), "did you mean "+want) {
			t.Errorf("%s: %v", entry, err)
		}
	}
	cfg := app.DefaultConfig()
	if err := cfg.ReadEnv([]string{"QUNYAN_IDLE_MINUTES=soon"}); err == nil || !strings.Contains(err.Error(), "QUNYAN_IDLE_MINUTES") {
		t.Errorf("a wrong value: %v", err)
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*app.Config){
		"an address without a host": func(c *app.Config) { c.PublicURL = "jifen.example.cn" },
		"a file address":            func(c *app.Config) { c.PublicURL = "file:///etc" },
		"no session":                func(c *app.Config) { c.SessionHours = 0 },
		"less than no calls":        func(c *app.Config) { c.CallsPerMinute = -1 },
		"a level that is none":      func(c *app.Config) { c.LogLevel = "loud" },
		"a format that is none":     func(c *app.Config) { c.LogFormat = "xml" },
	} {
		cfg := app.DefaultConfig()
		change(&cfg)
		if err := cfg.Check(); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	cfg := app.DefaultConfig()
	cfg.LogLevel = "loud"
	if _, err := app.NewLog(cfg, io.Discard); err == nil {
		t.Error("a log was made of a level that is none")
	}
}

func TestTheKeyIsMadeOnceAndKeptForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	var wg sync.WaitGroup
	keys := make([]app.Keys, 8)
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = app.LoadKeys(dir); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range keys {
		if !bytes.Equal(keys[i].Access, keys[0].Access) || len(keys[i].Access) != 32 || bytes.Equal(keys[i].Access, keys[i].IDNumbers) {
			t.Errorf("start %d has a key of its own, or two that are one", i)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := app.LoadKeys(dir); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("a damaged key file: %v", err)
	}
}
