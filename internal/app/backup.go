package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"qunyan/internal/backup"
	"qunyan/internal/errs"
	"qunyan/internal/store"
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
		Store: st, DB: cfg.DB, Data: cfg.Data, KeyMark: mark, WithKey: withKey, SignKey: cfg.SignKey, Version: cfg.Version, Clock: cfg.Clock,
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

// MissingKeys names the key files of a configuration that are not where a server will look for them.
func MissingKeys(cfg Config) (names []string) {
	for _, name := range []string{filepath.Join(cfg.Data, keyFile), cfg.signPath()} {
		if _, err := os.Stat(name); err != nil {
			names = append(names, name)
		}
	}
	return names
}

const (
	backupJob    = "backup"
	backupDone   = "backup-done" // a lease nobody takes: it keeps when the newest backup was begun
	backupAgain  = 10 * time.Minute
	backupHeldBy = 5 * lookEvery // a lease is renewed every minute, so a process that died holds it no longer than this
)

const (
	leaseUntilSQL = `SELECT until_ms FROM lease WHERE job = $1`
	holdLeaseSQL  = `UPDATE lease SET until_ms = $1 WHERE job = $2 AND holder = $3`
	backedUpSQL   = `INSERT INTO lease (job, holder, until_ms) VALUES ($1, $2, $3)
	ON CONFLICT (job) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms`
)

// scheduled gives the time of the newest backup to whoever watches, or nil where none are made.
func (a *App) scheduled() func() int64 {
	if a.cfg.BackupTo == "" {
		return nil
	}
	return a.backedUp.Load
}

// lookAfterBackups makes a backup if one is due and no other process is at it. One that failed is tried again after ten
// minutes, however rarely backups are wanted.
func (a *App) lookAfterBackups(ctx context.Context, holder string) {
	due, err := a.backupDue(ctx)
	if err == nil && due {
		due, err = lease(ctx, a.store, a.cfg.Clock, backupJob, holder, backupHeldBy)
	}
	if err == nil && due {
		err = a.holding(ctx, backupJob, holder, a.scheduledBackup)
	}
	if err != nil && ctx.Err() == nil {
		a.log.Error("backup failed", "to", a.cfg.BackupTo, "again_in", backupAgain, "error", err)
	}
}

// backupDue also refreshes what /metrics tells, for another process may have made the newest backup.
func (a *App) backupDue(ctx context.Context) (bool, error) {
	var last int64
	err := a.store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, leaseUntilSQL, backupDone).Scan(&last)
	})
	if err != nil && !errors.Is(err, store.ErrNone) {
		return false, err
	}
	a.backedUp.Store(last)
	return a.cfg.Clock.Now() >= last+int64(a.cfg.BackupEvery)*time.Hour.Milliseconds(), nil
}

// holding keeps a job's lease for as long as work goes on. After a failure it is kept a little longer, so that no process
// hurries into the same one.
func (a *App) holding(ctx context.Context, job, holder string, work func(ctx context.Context, holder string) error) error {
	hold := func(ctx context.Context, until time.Duration) error {
		return a.store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, holdLeaseSQL, a.cfg.Clock.Now()+until.Milliseconds(), job, holder)
			return err
		})
	}
	renewing, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		everyMinute(renewing, func() {
			if err := hold(renewing, backupHeldBy); err != nil && renewing.Err() == nil {
				a.log.Warn("lease not renewed", "job", job, "error", err)
			}
		})
	}()
	err := work(ctx, holder)
	stop()
	<-renewed
	after := time.Duration(0)
	if err != nil {
		after = backupAgain
	}
	return errors.Join(err, hold(context.WithoutCancel(ctx), after))
}

// scheduledBackup makes one backup, notes it, and then lets go of old ones: never before there is a new one.
func (a *App) scheduledBackup(ctx context.Context, holder string) error {
	// Another process may have made one between our look and our lease.
	if due, err := a.backupDue(ctx); err != nil || !due {
		return err
	}
	keep, err := backup.ParseRetention(a.cfg.BackupKeep)
	if err != nil {
		return err
	}
	began := a.cfg.Clock.Now()
	made, err := backup.Make(ctx, backup.Source{
		Store: a.store, DB: a.cfg.DB, Data: a.cfg.Data, KeyMark: a.mark, Version: a.cfg.Version, Clock: a.cfg.Clock,
	}, a.cfg.BackupTo+"/")
	if err != nil {
		return err
	}
	err = a.store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, backedUpSQL, backupDone, holder, began)
		return err
	})
	if err != nil {
		return err
	}
	a.backedUp.Store(began)
	removed, err := backup.Prune(a.cfg.BackupTo, keep)
	a.log.Info("backup made", "bytes", made.Bytes, "lines", made.Contents.Lines, "photos", made.Photos, "old_ones_removed", removed)
	return err
}
