package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/core"
	"qunyan/internal/seal"
	"qunyan/internal/store"
	"qunyan/web"
)

// App is the product, put together and ready to run.
type App struct {
	Services api.Services
	Handler  *api.Handler

	cfg      Config
	log      *slog.Logger
	mark     string // of the key
	backedUp atomic.Int64
	store    *store.Store
	keeper   *seal.Keeper
	server   *http.Server
	listener net.Listener
}

// NewLog makes the log of a configuration. It holds no personal data: no names, no addresses, no paths with ids.
func NewLog(cfg Config, w io.Writer) (*slog.Logger, error) {
	level, err := cfg.level()
	if err != nil {
		return nil, err
	}
	options := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}

// OpenStore opens the database of a configuration without touching its schema.
func OpenStore(ctx context.Context, cfg Config) (*store.Store, error) {
	if strings.HasPrefix(cfg.DB, "sqlite:") {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return nil, fmt.Errorf("data folder: %w", err)
		}
	}
	return store.Open(ctx, cfg.DB, store.Options{})
}

// OpenExisting opens the database of a configuration in order to read it, and refuses to make one.
func OpenExisting(ctx context.Context, cfg Config) (*store.Store, error) {
	return store.Open(ctx, cfg.DB, store.Options{Existing: true})
}

// softMemory is where the garbage collector starts to work harder rather than let the heap grow: a county's server runs on
// a small machine, and beside this there are SQLite's caches (some 50 MiB) and the program itself. An operator's own
// GOMEMLIMIT counts instead.
const softMemory = 100 << 20

func boundMemory() {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(softMemory)
	}
}

// New opens the database, brings its schema up to date, reads the keys and puts everything together. It listens nowhere
// yet.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	boundMemory()
	keys, err := LoadKeys(cfg.Data)
	if err != nil {
		return nil, err
	}
	keeper, err := OpenKeeper(cfg)
	if err != nil {
		return nil, err
	}
	st, err := OpenStore(ctx, cfg)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, log: log, mark: keys.Mark, store: st, keeper: keeper}
	if err := a.assemble(ctx, keys); err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return a, nil
}

func (a *App) assemble(ctx context.Context, keys Keys) error {
	applied, err := a.store.Migrate(ctx, a.cfg.Clock.Now())
	if err != nil {
		return err
	}
	register := func(ctx context.Context, tx *store.Tx) error { return a.keeper.Register(ctx, tx, a.cfg.Clock.Now()) }
	if err := a.store.Tx(ctx, register); err != nil {
		return err
	}
	a.log.Info("database open", "engine", a.store.Engine(), "migrations", applied)
	a.Services = Wire(Parts{
		Store: a.store, Clock: a.cfg.Clock, IDs: core.NewIDs(a.cfg.Clock), Keys: keys, Files: filepath.Join(a.cfg.Data, "files"),
		Keeper: a.keeper, Log: a.log,
		Access: access.Options{
			SessionMs: int64(a.cfg.SessionHours) * time.Hour.Milliseconds(),
			IdleMs:    int64(a.cfg.IdleMinutes) * time.Minute.Milliseconds(),
			UnlockMs:  int64(a.cfg.UnlockMinutes) * time.Minute.Milliseconds(),
		},
	})
	a.Handler, err = NewHandler(api.Config{
		IntentKey: keys.Intents,
		Version:   a.cfg.Version, PublicURL: a.cfg.PublicURL, Secure: a.cfg.Secure, TrustProxy: a.cfg.TrustProxy, Web: web.Dist(),
		BackedUp: a.scheduled(),
		Limits:   api.Limits{General: bound(a.cfg.CallsPerMinute), SignIn: bound(a.cfg.SignInsPerMinute)},
	}, a.Services, a.log)
	return err
}

// bound turns "0 is none" into the API's "below 0 is none".
func bound(perMinute int) int {
	if perMinute == 0 {
		return -1
	}
	return perMinute
}

// Listen takes the address and says which it is, so that port 0 works. Run does it by itself if nobody did.
func (a *App) Listen(ctx context.Context) (net.Addr, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", a.cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", a.cfg.Addr, err)
	}
	a.listener = l
	return l.Addr(), nil
}

// How long a client may take, and how long a stop waits for the requests that were accepted.
const (
	readHeaderWithin = 10 * time.Second
	readWithin       = 2 * time.Minute
	writeWithin      = 5 * time.Minute
	idleWithin       = 2 * time.Minute
	finishWithin     = 30 * time.Second
)

// Run serves until ctx ends, finishes what it accepted, and closes the database. It answers nil after an orderly stop.
func (a *App) Run(ctx context.Context) error {
	if a.listener == nil {
		if _, err := a.Listen(ctx); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	a.server = &http.Server{
		Handler: a.Handler, ReadHeaderTimeout: readHeaderWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin,
		IdleTimeout: idleWithin, ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	jobs := a.startJobs(ctx)
	failed := make(chan error, 1)
	go func() { failed <- a.server.Serve(a.listener) }()
	a.log.Info("serving", "address", a.listener.Addr().String(), "version", a.cfg.Version)

	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		a.log.Info("stopping: finishing what was accepted")
		finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
		err = a.server.Shutdown(finish)
		cancel()
	}
	jobs.stop()
	err = errors.Join(err, a.Close())
	a.log.Info("stopped")
	return err
}

// Close closes the database of an app that does not run. Run calls it.
func (a *App) Close() error {
	a.Services.Directory.CloseImports()
	return a.store.Close()
}
