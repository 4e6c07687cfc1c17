package app

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"qunyan/internal/backup"
	"qunyan/internal/core"
	"qunyan/internal/proof"
)

// Config is everything that can be set. DefaultConfig runs as it is; flags come before the environment, the environment
// before the defaults.
type Config struct {
	Data string // folder of the database, the key and the files
	DB   string // sqlite:PATH or postgres://…; "" is qunyan.db in Data

	SignKey       string // file of the private key that checkpoints are signed with; "" is sign.key in Data
	SignAlgorithm string // of the key made at the first start: ed25519 sm2

	Addr       string // host:port to listen on; port 0 takes a free one
	PublicURL  string // what QR codes begin with: https://jifen.example.cn
	Secure     bool   // cookies for https only; on by itself when PublicURL is https
	TrustProxy bool   // take the client's address from X-Forwarded-For

	SessionHours  int // longest life of a staff session
	IdleMinutes   int // a staff session unused for this long ends
	UnlockMinutes int // how long a card stays unlocked after its PIN

	CallsPerMinute   int // of one address; 0 is no bound
	SignInsPerMinute int // of one address; 0 is no bound

	RemindDay int // of a month: from then on villages that have not closed the month before are reminded

	BackupTo    string // folder of the scheduled backups; "" makes none
	BackupEvery int    // hours from one to the next
	BackupKeep  string // which of them stay: 14, or 7d4w12m

	LogLevel  string // debug info warn error
	LogFormat string // text json

	Version string     // of the binary; set by cmd
	Clock   core.Clock // nil is the machine's; the demo brings its own
}

// DefaultConfig listens on this machine only and keeps its data in ./qunyan-data.
func DefaultConfig() Config {
	return Config{
		Data: "qunyan-data", SignAlgorithm: string(proof.Ed25519), Addr: "127.0.0.1:8080",
		SessionHours: 12, IdleMinutes: 60, UnlockMinutes: 30,
		RemindDay: 5, CallsPerMinute: 1200, SignInsPerMinute: 20,
		BackupEvery: 24, BackupKeep: "7d4w12m",
		LogLevel: "info", LogFormat: "text",
	}
}

// DataFlags adds the flags that say where the data is; the values in c are the defaults.
func (c *Config) DataFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Data, "data", c.Data, "`folder` of the database, the key file and the photos")
	fs.StringVar(&c.DB, "db", c.DB, "database `address`: sqlite:PATH or postgres://… (default: qunyan.db in the data folder)")
	fs.StringVar(&c.SignKey, "sign-key", c.SignKey, "`file` of the private key that checkpoints are signed with (default: sign.key in the data folder)")
	fs.StringVar(&c.SignAlgorithm, "sign-algorithm", c.SignAlgorithm, "`algorithm` of the key made at the first start, or by keys rotate: ed25519, or sm2 where the national ones must be used")
	fs.StringVar(&c.LogLevel, "log-level", c.LogLevel, "least `level` that is logged: debug, info, warn, error")
	fs.StringVar(&c.LogFormat, "log-format", c.LogFormat, "`format` of the log: text or json")
}

// ServerFlags adds the flags of a server.
func (c *Config) ServerFlags(fs *flag.FlagSet) {
	fs.StringVar(&c.Addr, "addr", c.Addr, "`host:port` to listen on; port 0 takes a free one")
	fs.StringVar(&c.PublicURL, "public-url", c.PublicURL, "`address` people reach this server by; QR codes begin with it")
	fs.BoolVar(&c.Secure, "secure", c.Secure, "cookies for https only (on by itself when the public address is https)")
	fs.BoolVar(&c.TrustProxy, "trust-proxy", c.TrustProxy, "take clients' addresses from X-Forwarded-For; only behind a proxy that sets it")
	fs.IntVar(&c.SessionHours, "session-hours", c.SessionHours, "a staff session ends after so many `hours`")
	fs.IntVar(&c.IdleMinutes, "idle-minutes", c.IdleMinutes, "a staff session ends when unused for so many `minutes`")
	fs.IntVar(&c.UnlockMinutes, "unlock-minutes", c.UnlockMinutes, "a card stays unlocked for so many `minutes` after its PIN")
	fs.IntVar(&c.CallsPerMinute, "calls-per-minute", c.CallsPerMinute, "most `requests` of one address in a minute; 0 is no bound")
	fs.IntVar(&c.SignInsPerMinute, "sign-ins-per-minute", c.SignInsPerMinute, "most passwords and PINs `tried` from one address in a minute; 0 is no bound")
	fs.IntVar(&c.RemindDay, "remind-day", c.RemindDay, "`day` of a month, 1 to 28, from which villages that have not closed the month before are reminded")
	fs.StringVar(&c.BackupTo, "backup-to", c.BackupTo, "`folder` for backups made by the server itself (default: none are made)")
	fs.IntVar(&c.BackupEvery, "backup-every", c.BackupEvery, "`hours` from one backup to the next")
	fs.StringVar(&c.BackupKeep, "backup-keep", c.BackupKeep, "`which` backups stay: the newest 14, or 7d4w12m for one a day, a week and a month")
}

const envPrefix = "QUNYAN_"

// ReadEnv takes the QUNYAN_* variables of an environment ("NAME=value"): --public-url is QUNYAN_PUBLIC_URL. A name that
// nobody knows is an error, because a setting that silently does nothing is found out too late.
func (c *Config) ReadEnv(environ []string) error {
	fs := flag.NewFlagSet("environment", flag.ContinueOnError)
	c.DataFlags(fs)
	c.ServerFlags(fs)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || name == devProxy {
			continue
		}
		setting := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, envPrefix)), "_", "-")
		if fs.Lookup(setting) == nil || name != envName(setting) {
			return fmt.Errorf("unknown environment variable %s; did you mean %s?", name, nearest(fs, name))
		}
		if err := fs.Set(setting, value); err != nil {
			return fmt.Errorf("environment variable %s: %w", name, err)
		}
	}
	return nil
}

// devProxy belongs to the front end's development server, which may share a shell with this program.
const devProxy = "QUNYAN_DEV_API"

func envName(setting string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(setting, "-", "_"))
}

func nearest(fs *flag.FlagSet, name string) string {
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, envName(f.Name)) })
	return slices.MinFunc(names, func(a, b string) int { return cmp.Compare(distance(a, name), distance(b, name)) })
}

// distance counts the single-character edits between two words (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// Check fills in what follows from the rest and refuses what cannot work.
func (c *Config) Check() error {
	if c.DB == "" {
		c.DB = "sqlite:" + filepath.Join(c.Data, "qunyan.db")
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return errors.New("--public-url must be like https://jifen.example.cn")
		}
		c.Secure = c.Secure || u.Scheme == "https"
	}
	for _, positive := range []struct {
		name  string
		value int
	}{{"session-hours", c.SessionHours}, {"idle-minutes", c.IdleMinutes}, {"unlock-minutes", c.UnlockMinutes}, {"backup-every", c.BackupEvery}} {
		if positive.value < 1 {
			return fmt.Errorf("--%s must be at least 1", positive.name)
		}
	}
	if c.RemindDay < 1 || c.RemindDay > 28 {
		return errors.New("--remind-day must be from 1 to 28")
	}
	if c.CallsPerMinute < 0 || c.SignInsPerMinute < 0 {
		return errors.New("--calls-per-minute and --sign-ins-per-minute must not be below 0")
	}
	if _, err := proof.ParseAlgorithm(c.SignAlgorithm); err != nil {
		return errors.New("--sign-algorithm must be ed25519 or sm2")
	}
	if _, err := backup.ParseRetention(c.BackupKeep); err != nil {
		return fmt.Errorf("--backup-keep: %w", err)
	}
	if _, err := c.level(); err != nil {
		return err
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return errors.New("--log-format must be text or json")
	}
	if c.Clock == nil {
		c.Clock = core.SystemClock{}
	}
	return nil
}

func (c *Config) level() (level slog.Level, err error) {
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return 0, errors.New("--log-level must be debug, info, warn or error")
	}
	return level, nil
}
