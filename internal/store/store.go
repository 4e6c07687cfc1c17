// Package store opens the database and runs commands against it. It is the only package that knows a driver. There is
// one SQL text for every engine (docs/sql.md), one way to read (View) and one way to write (Tx).
//
// A command handed to Tx is whole or not at all, and may be run more than once before it is answered, so it must not
// do anything outside its transaction. On SQLite one goroutine takes the waiting commands, runs each in a savepoint of
// a shared transaction, commits once and then answers all of them: an answered write survives a power cut, and the
// price of the disk's flush is shared. On PostgreSQL a command is a transaction, run again when the engine says so.
package store

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Options tune an open store; the zero value runs.
type Options struct {
	Readers   int  // connections for reading; 0 chooses by the number of processors
	CacheKiB  int  // SQLite: page cache of the writing connection; 0 is 32 MiB
	GroupMost int  // SQLite: most commands in one commit; 0 is 256
	Queue     int  // SQLite: commands that may wait; 0 is 1024
	Existing  bool // SQLite: a file that is not there is an error (store.no_database) instead of being made
}

// Stats counts what a store did since it was opened.
type Stats struct {
	Commands int64 // commands answered without an error
	Commits  int64 // transactions committed; Commands/Commits is the size of a group
	Retries  int64 // commands run again after a serialization failure or a lost connection
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	engine  engine
	name    string
	counted counters
	closing sync.Once
	closed  error

	probing sync.Mutex
	probe   *probe // that is under way, or nil
}

type counters struct{ commands, commits, retries atomic.Int64 }

// engine is what differs between SQLite and the PostgreSQL family.
type engine interface {
	view(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error
	glance(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error
	tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error
	txAt(ctx context.Context, village core.Area, fn func(ctx context.Context, tx *Tx) error, ahead []Ahead) error
	script(ctx context.Context, sql string) (string, error) // the engine's own spelling of a migration
	migrating(ctx context.Context, tx *Tx) error            // keeps other processes from migrating at once
	migrated(ctx context.Context, tx *Tx) error             // after the schema has changed
	ours(ctx context.Context, tx *Tx) (bool, error)         // whether our tables are there
	close() error
}

// Open opens "sqlite:PATH" (the file is made if it is not there) or "postgres://…". It does not change the schema.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	s := &Store{}
	var err error
	switch scheme, rest, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		s.name = "sqlite"
		s.engine, err = openSQLite(ctx, rest, opt, &s.counted)
	case "postgres", "postgresql":
		s.name = "postgres"
		s.engine, err = openPostgres(ctx, url, opt, &s.counted)
	default:
		return nil, fmt.Errorf("store: the database must be named sqlite:PATH or postgres://…")
	}
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", s.name, err)
	}
	return s, nil
}

// Engine is "sqlite" or "postgres".
func (s *Store) Engine() string { return s.name }

// Close answers what was accepted, refuses what comes after, and closes the database. Calling it again does nothing.
func (s *Store) Close() error {
	s.closing.Do(func() { s.closed = s.engine.close() })
	return s.closed
}

// Stats reads the counters.
func (s *Store) Stats() Stats {
	return Stats{Commands: s.counted.commands.Load(), Commits: s.counted.commits.Load(), Retries: s.counted.retries.Load()}
}

// inside marks the context of a running command: a second Tx within it would wait for itself.
type inside struct{}

// View runs fn on one consistent snapshot that cannot write.
func (s *Store) View(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return fault(s.engine.view(ctx, fn))
}

// Glance is View for a single statement: a second one is an error. On PostgreSQL it goes to the server by itself, without
// a transaction around it, which is one way there instead of three.
func (s *Store) Glance(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return fault(s.engine.glance(ctx, fn))
}

// Tx runs one command. Either everything fn wrote is on disk when Tx returns nil, or nothing of it is. fn may run more
// than once. Once fn has begun it is not interrupted when ctx ends, so that the caller's going away leaves no doubt
// about what was written.
func (s *Store) Tx(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	return s.command(ctx, fn, s.engine.tx)
}

// TxAt is Tx for a short command that writes in one village only. On PostgreSQL it shares its transaction with other
// commands that wait, as every command does on SQLite; a long one would hold them up and is better run by Tx. ahead is
// what the command will ask first: what is left out only costs a way to the server.
func (s *Store) TxAt(ctx context.Context, village core.Area, fn func(ctx context.Context, tx *Tx) error, ahead ...Ahead) error {
	return s.command(ctx, fn, func(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
		return s.engine.txAt(ctx, village, fn, ahead)
	})
}

func (s *Store) command(ctx context.Context, fn func(ctx context.Context, tx *Tx) error,
	run func(context.Context, func(ctx context.Context, tx *Tx) error) error) error {
	if ctx.Value(inside{}) != nil {
		return fmt.Errorf("store: Tx called inside a command")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err := run(ctx, fn)
	if err == nil {
		s.counted.commands.Add(1)
	}
	return fault(err)
}

// probe is a try to write, shared by all who ask meanwhile.
type probe struct {
	done chan struct{}
	err  error
}

// Ready says whether the store can write now; the error is what /readyz reports. A write may hang, for a disk or for a
// standby that has to confirm: then the answer is store.busy when ctx ends, and only one try is left hanging.
func (s *Store) Ready(ctx context.Context, clock core.Clock) error {
	s.probing.Lock()
	p := s.probe
	if p == nil {
		p = &probe{done: make(chan struct{})}
		s.probe = p
		go s.try(context.WithoutCancel(ctx), p, clock.Now())
	}
	s.probing.Unlock()
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return errs.New(errs.Unavailable, "store.busy").Because(ctx.Err())
	}
}

func (s *Store) try(ctx context.Context, p *probe, nowMs int64) {
	p.err = s.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO lease (job, holder, until_ms) VALUES ('ready', '', $1)
			ON CONFLICT (job) DO UPDATE SET until_ms = excluded.until_ms`, nowMs)
		return err
	})
	s.probing.Lock()
	s.probe = nil
	s.probing.Unlock()
	close(p.done)
}

// call runs a command's function and turns a panic into an error, so that one bad command cannot end the others.
func call(ctx context.Context, tx *Tx, fn func(ctx context.Context, tx *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errs.New(errs.Internal, "internal").Because(newPanicked(p))
		}
	}()
	return fn(context.WithValue(ctx, inside{}, true), tx)
}
