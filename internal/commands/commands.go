// Package commands is the frame in which a village's commands run: who may, one transaction, once for the actor's intent,
// and a line of the audit trail. What a command does is its own package's.
package commands

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

// Desk is where the commands about one kind of thing run. It is safe for concurrent use.
type Desk struct {
	Store   *store.Store
	Clock   core.Clock
	IDs     *core.IDs
	Subject string // of the audit lines
}

// Command is one running command of a village. The store may run it again: it does nothing outside its transaction.
type Command struct {
	Tx      *store.Tx
	By      core.Actor
	Village core.Area
	Now     int64 // Unix ms
	desk    Desk
}

// NextID is the id of something new.
func (c *Command) NextID() core.ID { return c.desk.IDs.Next() }

// Log writes the audit line of a change to the thing with an id.
func (c *Command) Log(ctx context.Context, action string, id core.ID, before, after any) error {
	return audit.Write(ctx, c.Tx, c.By, c.NextID(), c.Now, audit.Entry{
		Area: c.Village, Action: action, Subject: c.desk.Subject, SubjectID: id.String(), Before: before, After: after,
	})
}

// Run runs fn as one command of an actor who may op in the village. An intent that was done before gives its first answer,
// which T is kept as, without running fn. Errors: those of access.Require, of store.Once and of fn.
func Run[T any](ctx context.Context, d Desk, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *Command) (T, error)) (T, error) {
	var out T
	if err := access.Require(by, op, village); err != nil {
		return out, err
	}
	err := d.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		now := d.Clock.Now()
		out, err = store.Once(ctx, tx, by, village, now, func() (T, error) {
			return fn(ctx, &Command{Tx: tx, By: by, Village: village, Now: now, desk: d})
		})
		return err
	})
	return out, err
}

// Change is Run for a command that answers with the id of what it made or changed, which read reads after the commit.
func Change[T any](ctx context.Context, d Desk, by core.Actor, op access.Op, village core.Area, fn func(ctx context.Context, c *Command) (core.ID, error), read Read[T]) (T, error) {
	id, err := Run(ctx, d, by, op, village, fn)
	if err != nil {
		var none T
		return none, err
	}
	return Find(ctx, d, village, id, read)
}

// Read reads one thing of a village.
type Read[T any] func(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (T, error)

// Find reads one thing of a village in a view of its own. Whoever calls it has asked access.Require.
func Find[T any](ctx context.Context, d Desk, village core.Area, id core.ID, read Read[T]) (out T, err error) {
	err = d.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		out, err = read(ctx, tx, village, id)
		return err
	})
	return out, err
}
