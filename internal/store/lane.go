package store

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// lane is group commit on PostgreSQL: one goroutine and one transaction at a time for the commands of some villages. A
// village always has the same lane, so the callers of one village do not fight for its book's row with one connection
// each; they run one after the other on one connection, their rows are sent together, and one commit answers them all.
type lane struct {
	db    *postgresDB
	in    *intake[*villageCommand]
	alone sync.WaitGroup // commands that run in a transaction of their own
}

type villageCommand struct {
	command
	village core.Area
	ahead   []Ahead
}

func newLane(db *postgresDB, most, queue int) *lane {
	l := &lane{db: db, in: newIntake[*villageCommand](most, queue)}
	go l.in.serve(l.groups)
	return l
}

// txAt runs a command that writes in one village only.
func (db *postgresDB) txAt(ctx context.Context, village core.Area, fn func(ctx context.Context, tx *Tx) error, ahead []Ahead) error {
	l := db.lanes[uint64(village)%uint64(len(db.lanes))]
	c := &villageCommand{command{ctx: ctx, fn: fn, answer: make(chan error, 1)}, village, ahead}
	if err := l.in.put(ctx, c); err != nil {
		return err
	}
	return <-c.answer
}

// stop lets the lane finish what was accepted and waits for it.
func (l *lane) stop() {
	l.in.stop()
	l.alone.Wait()
}

// groups runs what was gathered, and by itself what a group could not decide.
func (l *lane) groups(gathered []*villageCommand) {
	for _, group := range l.apart(gathered) {
		for _, c := range l.group(group) {
			l.alone.Go(func() { c.answer <- l.db.tx(c.ctx, c.fn) })
		}
	}
}

// apart orders the commands by village: every process takes the villages in the same order, so two of them never wait
// for each other in a circle. Where villages are spread over machines, a commit over several of them costs many times
// one of a single village, so there each village is a group.
func (l *lane) apart(group []*villageCommand) (groups [][]*villageCommand) {
	slices.SortStableFunc(group, func(a, b *villageCommand) int { return cmp.Compare(a.village, b.village) })
	if !l.db.spread {
		return [][]*villageCommand{group}
	}
	for from, to := 0, 1; to <= len(group); to++ {
		if to == len(group) || group[to].village != group[from].village {
			groups, from = append(groups, group[from:to]), to
		}
	}
	return groups
}

// group runs the commands under one commit and answers them. It gives back those it could not decide, because the
// connection or the whole transaction was lost before the commit: they are run each in a transaction of its own.
func (l *lane) group(group []*villageCommand) (undecided []*villageCommand) {
	for _, careful := range []bool{false, true} {
		switch err := l.together(group, careful); {
		case err == nil:
			for _, c := range group {
				c.answer <- c.err
			}
			return nil
		case errors.Is(err, errUnknown):
			for _, c := range group {
				c.answer <- errs.New(errs.Unavailable, "store.unavailable").Because(err)
			}
			return nil
		case !errors.Is(err, errOneFailed):
			return group
		}
	}
	return group
}

// errOneFailed says that a command failed after it had written, in a transaction without savepoints: what it wrote
// cannot be told from what the others wrote.
var errOneFailed = errors.New("store: a command of the group failed")

// errUnknown says that the connection broke between the commit and its answer.
var errUnknown = errors.New("store: nobody knows whether the group was committed")

// together runs the group in one transaction. Most groups have no command that fails, so they are first tried without
// savepoints, which would cost a third of the way to the server; carefully, each command has its own.
func (l *lane) together(group []*villageCommand, careful bool) error {
	ctx := context.Background()
	conn, err := l.db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	q := newPostgresTx(conn.Conn())
	if !l.db.spread {
		q.known, q.intents = map[string]*Record{}, map[string]bool{}
	}
	err = l.commands(ctx, q, conn.Conn(), group, careful)
	if err == nil {
		err = l.finish(ctx, q)
	}
	if err != nil {
		if pg := conn.Conn().PgConn(); !pg.IsClosed() && pg.TxStatus() != 'I' {
			_, _ = conn.Exec(ctx, "ROLLBACK") // a connection that cannot is not used again
		}
		return err
	}
	l.db.counted.commits.Add(1)
	return nil
}

// commands begins the transaction and runs the group's commands in it.
func (l *lane) commands(ctx context.Context, q *postgresTx, conn *pgx.Conn, group []*villageCommand, careful bool) error {
	if err := q.begin(ctx, group); err != nil {
		return err
	}
	for _, c := range group {
		if c.err = c.ctx.Err(); c.err != nil {
			continue
		}
		var err error
		if careful {
			err = l.carefully(ctx, q, c)
		} else {
			err = l.boldly(q, conn, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// begin begins the transaction, makes other processes wait that work in the same villages, and asks ahead what the
// commands will ask first, all in one way to the server. The book's row keeps others out too, but only when a command
// comes to it, and a command may have taken other rows by then.
func (p *postgresTx) begin(ctx context.Context, group []*villageCommand) error {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	var villages []int64
	var asked []Ahead
	for i, c := range group {
		if i == 0 || c.village != group[i-1].village {
			villages = append(villages, int64(c.village))
		}
		if p.known != nil {
			asked = append(asked, c.ahead...)
		}
	}
	batch.Queue("SELECT pg_advisory_xact_lock(v) FROM unnest($1::bigint[]) AS v", villages) // in the order of the array
	return p.ask(ctx, asked, batch)
}

// finish sends what waits and commits, in one way to the server. An answer of the server tells what became of it; if the
// answer is lost, nobody knows.
func (l *lane) finish(ctx context.Context, q *postgresTx) error {
	if q.lost != nil {
		return errors.Join(errOneFailed, q.lost)
	}
	batch := &pgx.Batch{}
	waiting := len(q.queue(batch, true))
	batch.Queue("COMMIT")
	results := q.conn.SendBatch(ctx, batch)
	for range waiting {
		if _, err := results.Exec(); err != nil {
			return errors.Join(undone(err), fault(err), results.Close())
		}
	}
	tag, err := results.Exec()
	if err != nil {
		return errors.Join(undone(err), fault(err), results.Close())
	}
	if tag.String() != "COMMIT" { // PostgreSQL answers ROLLBACK where the transaction had failed before
		return errors.Join(errOneFailed, results.Close())
	}
	_ = results.Close() // what comes behind the answer changes nothing
	return nil
}

// undone says what an error of the last batch means: a word of the server's, that nothing was committed; any other, that
// nobody knows.
func undone(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code != "08007" { // transaction_resolution_unknown
		return errOneFailed
	}
	return errUnknown
}

// boldly runs a command with nothing to go back to.
func (l *lane) boldly(q *postgresTx, conn *pgx.Conn, c *villageCommand) error {
	q.wrote = false
	c.err = call(context.WithoutCancel(c.ctx), &Tx{q}, c.fn)
	if c.err != nil && (q.wrote || q.lost != nil || conn.PgConn().TxStatus() != 'T') {
		return errors.Join(errOneFailed, c.err)
	}
	return nil
}

// carefully runs a command in a savepoint, with its rows sent before the next one begins.
func (l *lane) carefully(ctx context.Context, q *postgresTx, c *villageCommand) error {
	if _, err := q.conn.Exec(ctx, "SAVEPOINT command"); err != nil {
		return err
	}
	if c.err = call(context.WithoutCancel(c.ctx), &Tx{q}, c.fn); c.err == nil {
		c.err = q.flush(ctx)
	}
	if c.err == nil {
		_, err := q.conn.Exec(ctx, "RELEASE SAVEPOINT command")
		return err
	}
	if errors.Is(c.err, errAgain) || serialization(c.err) || unreachable(c.err) {
		return c.err
	}
	q.forget() // also what was read: a lock that was taken since is given back
	_, err := q.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT command")
	return err
}
