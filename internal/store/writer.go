package store

import (
	"context"
	"errors"
)

// errGroupLost says that the engine threw away the shared transaction (a full disk does that), and with it the work of
// every command of the group.
var errGroupLost = errors.New("store: the shared transaction is gone")

// writer owns SQLite's one writing connection. Commands wait in its intake; it takes all that wait, up to a limit, and
// commits them together.
type writer struct {
	conn    *sqliteConn
	in      *intake[*command]
	counted *counters
	careful int // groups still to run with savepoints
}

type command struct {
	ctx    context.Context
	fn     func(ctx context.Context, tx *Tx) error
	err    error
	answer chan error
}

func newWriter(conn *sqliteConn, most, queue int, counted *counters) *writer {
	w := &writer{conn: conn, in: newIntake[*command](most, queue), counted: counted}
	go w.in.serve(w.group)
	return w
}

// run queues a command and waits for its answer.
func (w *writer) run(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	c := &command{ctx: ctx, fn: fn, answer: make(chan error, 1)}
	if err := w.in.put(ctx, c); err != nil {
		return err
	}
	return <-c.answer
}

// stop lets the writer finish what was accepted and closes its connection.
func (w *writer) stop() {
	w.in.stop()
	w.conn.drop()
}

// group runs the commands under one commit and answers them. No answer, not even a refusal, is given before the commit:
// a refusal may rest on what an earlier command of the group wrote.
//
// Most groups hold no command that fails after it has written, so they are run without savepoints, each of which makes
// SQLite keep a copy of every page that is touched. When one does fail, all are run again, each in a savepoint; and so are
// the next groups, for failures come in crowds.
func (w *writer) group(group []*command) {
	bold := w.careful == 0 || len(group) == 1
	err := w.together(group, !bold)
	switch {
	case !bold:
		w.careful--
	case errors.Is(err, errOneFailed) && len(group) == 1: // what was taken back was all its own
		group[0].answer <- group[0].err
		return
	case errors.Is(err, errOneFailed):
		w.careful = carefulFor
		err = w.together(group, true)
	}
	if errors.Is(err, errGroupLost) && len(group) > 1 {
		for _, c := range group {
			w.group([]*command{c})
		}
		return
	}
	for _, c := range group {
		if err != nil {
			c.err = err
		}
		c.answer <- c.err
	}
}

// carefulFor is how many groups run with savepoints after one needed them.
const carefulFor = 16

// together gives the error that ends all of them, or leaves each its own in c.err. Without care, errOneFailed says that
// nothing was done, because a command failed whose writing could not be told from the others'.
func (w *writer) together(group []*command, careful bool) error {
	ctx := context.Background()
	for _, c := range group {
		c.err = nil // of a try before this one
	}
	if err := w.conn.do(ctx, "BEGIN IMMEDIATE"); err != nil {
		w.conn.drop()
		return err
	}
	for _, c := range group {
		if c.err = c.ctx.Err(); c.err != nil {
			continue
		}
		if careful {
			c.err = w.alone(c)
		} else {
			c.err = w.boldly(c)
		}
		if errors.Is(c.err, errGroupLost) {
			w.abandon(ctx)
			return c.err
		}
		if !careful && c.err != nil && w.conn.wrote {
			w.abandon(ctx)
			return errOneFailed
		}
	}
	if err := w.conn.do(ctx, "COMMIT"); err != nil {
		w.abandon(ctx)
		return err
	}
	w.counted.commits.Add(1)
	return nil
}

// boldly runs one command with nothing to go back to. An interrupted statement would roll back the whole shared
// transaction, so the caller's context ends here, as it does in alone.
func (w *writer) boldly(c *command) error {
	w.conn.wrote = false
	err := call(context.WithoutCancel(c.ctx), &Tx{w.conn}, c.fn)
	if w.conn.lost != nil {
		return errors.Join(errGroupLost, w.conn.lost)
	}
	return err
}

// alone runs one command in a savepoint, so that its failure takes back its own work only.
func (w *writer) alone(c *command) error {
	ctx := context.WithoutCancel(c.ctx)
	if err := w.conn.do(ctx, "SAVEPOINT command"); err != nil {
		return errors.Join(errGroupLost, err)
	}
	err := call(ctx, &Tx{w.conn}, c.fn)
	if w.conn.lost != nil {
		return errors.Join(errGroupLost, w.conn.lost)
	}
	if err != nil {
		if lost := w.conn.do(ctx, "ROLLBACK TO command"); lost != nil {
			return errors.Join(errGroupLost, err)
		}
	}
	if lost := w.conn.do(ctx, "RELEASE command"); lost != nil {
		return errors.Join(errGroupLost, lost)
	}
	return err
}

// abandon ends a transaction that cannot be committed. A full disk makes the engine end it by itself, and then there is
// none to roll back: a connection that can begin and end an empty one is as good as new and keeps its statements. Any
// other is dropped.
func (w *writer) abandon(ctx context.Context) {
	w.conn.lost = nil
	if w.conn.do(ctx, "ROLLBACK") == nil {
		return
	}
	if w.conn.do(ctx, "BEGIN") != nil || w.conn.do(ctx, "ROLLBACK") != nil {
		w.conn.drop()
	}
}
