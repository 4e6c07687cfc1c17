package store

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"qunyan/internal/errs"
)

// errAgain asks for the command to be run again from the start.
var errAgain = errors.New("store: run the command again")

// fault turns a driver's error into one of ours. Errors that are ours already, and the end of a context, pass through.
func fault(err error) error {
	var known *errs.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return sqliteFault(lite)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return postgresFault(pg)
	}
	if unreachable(err) {
		return errs.New(errs.Unavailable, "store.unavailable").Because(err)
	}
	return err
}

func sqliteFault(err *sqlite.Error) error {
	switch err.Code() & 0xff { // the low byte is the class, the rest the detail
	case sqlite3.SQLITE_ERROR: // has no code of its own for a table that is not there
		if strings.Contains(err.Error(), "no such table") {
			return errs.New(errs.Unavailable, "store.schema_missing").Because(err)
		}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return errs.New(errs.Unavailable, "store.busy").Because(err)
	case sqlite3.SQLITE_FULL:
		return errs.New(errs.Unavailable, "store.disk_full").Because(err)
	case sqlite3.SQLITE_READONLY:
		return errs.New(errs.Unavailable, "store.read_only").Because(err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return errs.New(errs.Unavailable, "store.io").Because(err)
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return errs.New(errs.Unavailable, "store.corrupt").Because(err)
	case sqlite3.SQLITE_CONSTRAINT:
		if c := err.Code(); c == sqlite3.SQLITE_CONSTRAINT_UNIQUE || c == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
			return errs.New(errs.Conflict, "store.duplicate").Because(err)
		}
	}
	return err
}

// endsTransaction says whether SQLite may have rolled the whole transaction back because of an error.
func endsTransaction(err error) bool {
	var lite *sqlite.Error
	if !errors.As(err, &lite) {
		return false
	}
	switch lite.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM:
		return true
	}
	return false
}

// postgresFault reads the SQLSTATE (PostgreSQL manual, appendix A).
func postgresFault(err *pgconn.PgError) error {
	switch {
	case err.Code == "23505":
		return errs.New(errs.Conflict, "store.duplicate").Because(err)
	case err.Code == "42P01":
		return errs.New(errs.Unavailable, "store.schema_missing").Because(err)
	case err.Code == "53100":
		return errs.New(errs.Unavailable, "store.disk_full").Because(err)
	case err.Code == "25006":
		return errs.New(errs.Unavailable, "store.read_only").Because(err)
	case err.Code == "58030":
		return errs.New(errs.Unavailable, "store.io").Because(err)
	case err.Code == "55P03", err.Code == "57014", serialization(err):
		return errs.New(errs.Unavailable, "store.busy").Because(err)
	case unreachable(err):
		return errs.New(errs.Unavailable, "store.unavailable").Because(err)
	}
	return err
}

// serialization says that the engine chose this transaction to give way: 40001 and 40P01.
func serialization(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// unreachable says that the connection, not the statement, failed.
func unreachable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "57P0") || pg.Code == "53300"
	}
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}
