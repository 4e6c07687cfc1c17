package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"slices"
	"strings"

	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// dump has pg_dump write PostgreSQL's own archive. It reads the snapshot that is counted, so the counts are exact though
// others write.
func dump(ctx context.Context, from Source, to string) (c Counts, err error) {
	err = from.Store.Exported(ctx, func(ctx context.Context, tx *store.Tx, snapshot, schema string) (err error) {
		if c, err = count(ctx, tx); err != nil {
			return err
		}
		return tool(ctx, from.DB, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
			"--snapshot="+snapshot, `--table="`+schema+`".*`, "--file="+to)
	})
	return c, err
}

// undump has pg_restore fill an empty database, all of it or nothing.
func undump(ctx context.Context, db, from string) error {
	return tool(ctx, db, "pg_restore", "--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction", from)
}

// tool runs one of PostgreSQL's programs on a database. The password goes through its environment, because anybody on the
// machine can read a command line.
func tool(ctx context.Context, db, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return errs.New(errs.Unavailable, "backup.tool_missing", "tool", name).Because(err)
	}
	address, password, err := libpq(db)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"--dbname=" + address}, args...)...)
	if password != "" {
		cmd.Env = append(cmd.Environ(), "PGPASSWORD="+password)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return errs.New(errs.Unavailable, "backup.tool_failed", "tool", name).Because(fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String())))
	}
	return nil
}

// libpq gives an address as PostgreSQL's own programs take it: without the settings that only our driver knows, and with
// the password apart.
func libpq(db string) (address, password string, err error) {
	u, err := url.Parse(db)
	if err != nil {
		return "", "", errors.New("the address of the database cannot be read") // the error's own text would show the password
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	if query.Has("password") {
		password = query.Get("password")
	}
	for name := range query {
		if !slices.Contains(libpqKnows, name) {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String(), password, nil
}

var libpqKnows = []string{"host", "port", "user", "dbname", "passfile", "connect_timeout", "options", "application_name",
	"channel_binding", "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "service", "target_session_attrs",
	"gssencmode", "krbsrvname", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"}
