package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// format names the layout of the archive; another number is another layout.
const format = "qunyan-backup/1"

// Manifest says what is in an archive. It is the archive's first entry.
type Manifest struct {
	Format   string `json:"format"`
	Version  string `json:"version"` // of the program that wrote it
	Time     string `json:"time"`    // when the copy began, RFC 3339
	Engine   string `json:"engine"`  // sqlite or postgres
	Schema   int    `json:"schema"`  // migrations the database has had
	KeyMark  string `json:"key_mark"`
	WithKey  bool   `json:"with_key"` // the key files are in the archive
	Contents Counts `json:"contents"`
}

// Counts are how much the copied database holds, so that a restore can tell that all of it came back.
type Counts struct {
	Books      int64 `json:"books"`
	Lines      int64 `json:"lines"`
	Households int64 `json:"households"`
	Residents  int64 `json:"residents"`
	NewestMs   int64 `json:"newest_ms"` // time of the newest line, Unix ms
}

// countsSQL takes the lines from the heads of the books: there are millions, and a restore recomputes every head.
const countsSQL = `SELECT count(*), COALESCE(CAST(SUM(last_no) AS BIGINT), 0), COALESCE(MAX(last_ms), 0),
	(SELECT count(*) FROM household), (SELECT count(*) FROM resident) FROM book`

func count(ctx context.Context, tx *store.Tx) (c Counts, err error) {
	err = tx.Row(ctx, countsSQL).Scan(&c.Books, &c.Lines, &c.NewestMs, &c.Households, &c.Residents)
	return c, err
}

func countAll(ctx context.Context, st *store.Store) (c Counts, err error) {
	err = st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = count(ctx, tx)
		return err
	})
	return c, err
}

// manifestMost bounds what is read as a manifest.
const manifestMost = 1 << 20

func readManifest(r io.Reader) (m Manifest, err error) {
	text, err := io.ReadAll(io.LimitReader(r, manifestMost))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, damaged(err)
	}
	if m.Format != format {
		return m, errs.New(errs.Invalid, "backup.foreign").Because(errors.New("the manifest is of another format"))
	}
	return m, nil
}

// database is the name of the engine's copy inside the archive.
func (m Manifest) database() string {
	if m.Engine == "postgres" {
		return "database.pgdump"
	}
	return "database.db"
}
