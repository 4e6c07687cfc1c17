package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"qunyan/internal/backup"
	"qunyan/internal/errs"
)

// Backup writes everything of a configuration's installation into one archive; it may run beside a server. The schema
// is not touched.
func Backup(ctx context.Context, cfg Config, to string, withKey bool) (made backup.Made, err error) {
	// Opening would make a database, and its absence here is most likely a mistyped folder.
	if path, ok := strings.CutPrefix(cfg.DB, "sqlite:"); ok {
		if _, err := os.Stat(strings.TrimPrefix(path, "//")); err != nil {
			return made, errs.New(errs.NotFound, "backup.no_database").Because(err)
		}
	}
	st, err := OpenStore(ctx, cfg)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	mark, err := KeyMark(cfg.Data)
	if err != nil {
		return made, err
	}
	return backup.Make(ctx, backup.Source{
		Store: st, DB: cfg.DB, Data: cfg.Data, KeyMark: mark, WithKey: withKey, Version: cfg.Version, Clock: cfg.Clock,
	}, to)
}

// RestoreOptions say where a restore finds the key. Without any of them the key must be in the data folder already, or
// come with the archive.
type RestoreOptions struct {
	Key     string // file to take the key from
	LostKey bool   // there is none any more; a new one is made at the next start
}

// Restore puts an archive back into a configuration's data folder and database, which must hold nothing yet.
func Restore(ctx context.Context, cfg Config, from string, opt RestoreOptions) (found backup.Restored, err error) {
	boundMemory()
	mark, err := KeyMark(cfg.Data)
	if err != nil {
		return found, err
	}
	var key []byte
	if opt.Key != "" {
		if mark != "" {
			return found, errs.New(errs.Conflict, "backup.in_use", "what", filepath.Join(cfg.Data, keyFile))
		}
		if key, err = os.ReadFile(opt.Key); err != nil {
			return found, err
		}
		if mark, err = markOf(key); err != nil {
			return found, fmt.Errorf("%s: %w", opt.Key, err)
		}
	}
	return backup.Restore(ctx, from, backup.Target{
		DB: cfg.DB, Data: cfg.Data, KeyMark: mark, Key: key, LostKey: opt.LostKey, Clock: cfg.Clock, Mark: markOf,
	})
}
