package directory

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/table"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// States of an import.
const (
	ImportRunning = "running"
	ImportDry     = "dry"    // a dry run ended; nothing was written, whatever it found
	ImportDone    = "done"   // all of the file is in
	ImportFailed  = "failed" // nothing of the file is in
)

// Phases of a running import.
const (
	PhaseReading  = "reading"
	PhaseChecking = "checking"
	PhaseWriting  = "writing"
	PhaseFinished = "finished"
)

// maxFaults bounds how many faults an import lists; it counts all of them.
const maxFaults = 1000

// ImportInput is a file with households to bring in.
type ImportInput struct {
	Area         core.Area // what lies outside is refused
	Name         string    // of the file, for the record
	Content      io.Reader
	Dry          bool // only look
	CreateGroups bool // add groups that are named and not there; otherwise they are faults
}

// Import is how far an import is, or what came of it.
type Import struct {
	ID         core.ID     `json:"id"`
	Area       core.Area   `json:"area"`
	State      string      `json:"state"`
	Phase      string      `json:"phase"`
	File       string      `json:"file"`
	Rows       int64       `json:"rows"`      // people read so far
	Done       int64       `json:"done"`      // of Total in this phase: rows while reading, households afterwards
	Total      int64       `json:"total"`     // 0 while unknown
	Created    int64       `json:"created"`   // households
	Changed    int64       `json:"changed"`   // households
	Unchanged  int64       `json:"unchanged"` // households
	Groups     int64       `json:"groups"`    // groups added
	Faults     []RowFault  `json:"faults"`    // the first thousand, in the order of the file
	FaultCount int64       `json:"fault_count"`
	Ignored    []ColumnRef `json:"ignored"` // columns that mean nothing to us
}

// RowFault is what is wrong in one place of the file. Row 0 is the file or the sheet as a whole.
type RowFault struct {
	Sheet  string         `json:"sheet,omitempty"`
	Row    int            `json:"row,omitempty"`
	Column string         `json:"column,omitempty"` // letter, as a spreadsheet shows it
	Field  entry.Column   `json:"field,omitempty"`
	Code   string         `json:"code"`
	Params map[string]any `json:"params,omitempty"`
}

// Reason is the fault in a sentence.
func (f RowFault) Reason(lang messages.Lang) string {
	params := map[string]any{}
	for name, value := range f.Params {
		params[name] = value
	}
	if f.Field != "" {
		params["field"] = ColumnLabel(lang, f.Field)
	}
	return messages.Text(lang, "errors."+f.Code, params)
}

// ColumnRef is a column of a sheet.
type ColumnRef struct {
	Sheet  string `json:"sheet"`
	Column string `json:"column"`
}

// String writes sheet!column, as spreadsheets do.
func (c ColumnRef) String() string {
	if c.Sheet == "" {
		return c.Column
	}
	return c.Sheet + "!" + c.Column
}

// StartImport takes a file and reads it in the background; Import tells how far it is. One process reads one file at a
// time (import.busy). The same intent sent twice is one import.
func (s *Service) StartImport(ctx context.Context, by core.Actor, in ImportInput) (Import, error) {
	job, err := s.prepare(ctx, by, in)
	if err != nil {
		return Import{}, err
	}
	if job.repeated {
		return s.Import(ctx, by, in.Area, job.id)
	}
	running, err := s.jobs.take(context.WithoutCancel(ctx), job)
	if err != nil {
		s.fail(ctx, job, err)
		return job.now(), errors.Join(err, os.Remove(job.path))
	}
	state := job.now()
	go s.run(running, job)
	return state, nil
}

// RunImport is StartImport that waits for the end; progress is told now and then how far it is, and may be nil.
func (s *Service) RunImport(ctx context.Context, by core.Actor, in ImportInput, progress func(Import)) (Import, error) {
	job, err := s.prepare(ctx, by, in)
	if err != nil {
		return Import{}, err
	}
	if job.repeated {
		return s.Import(ctx, by, in.Area, job.id)
	}
	running, err := s.jobs.take(ctx, job)
	if err != nil {
		s.fail(ctx, job, err)
		return job.now(), errors.Join(err, os.Remove(job.path))
	}
	job.told = progress
	s.run(running, job)
	job.tell(func(*Import) {})
	return job.now(), nil
}

// Import tells how far an import is, or what came of it.
func (s *Service) Import(ctx context.Context, by core.Actor, area core.Area, id core.ID) (found Import, err error) {
	if err := access.Require(by, access.OpImportHouseholds, area); err != nil {
		return Import{}, err
	}
	if job := s.jobs.find(area, id); job != nil {
		return job.now(), nil
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err = readImport(ctx, tx, area, id, s.abandonedBefore())
		return err
	})
	return found, err
}

// abandonedBefore is the time before which a running import that this process does not know was cut short. SQLite has
// one process, so an import from before its start is over; on a shared database another process may be at it.
func (s *Service) abandonedBefore() int64 {
	if s.st.Engine() == "sqlite" {
		return s.clock.Now() + 1
	}
	return s.clock.Now() - longestImportMs
}

const longestImportMs = 60 * 60 * 1000

// prepare checks who is asking, keeps the file and records the import.
func (s *Service) prepare(ctx context.Context, by core.Actor, in ImportInput) (*job, error) {
	if err := access.Require(by, access.OpImportHouseholds, in.Area); err != nil {
		return nil, err
	}
	if in.Area.Level() == core.NoLevel || in.Area.Level() == core.Group {
		return nil, errs.New(errs.NotFound, "directory.no_area").At("area")
	}
	path, sum, err := keepUpload(in.Content)
	if err != nil {
		return nil, err
	}
	job := &job{id: s.ids.Next(), by: by, in: in, path: path, sum: sum}
	job.in.Content = nil
	job.in.Name = fileName(in.Name)
	job.state = Import{ID: job.id, Area: in.Area, State: ImportRunning, Phase: PhaseReading, File: job.in.Name}
	if err := s.record(ctx, job); err != nil || job.repeated {
		return job, errors.Join(err, os.Remove(path))
	}
	return job, nil
}

// record writes the import's row, or finds that the intent has one.
func (s *Service) record(ctx context.Context, job *job) error {
	now := s.clock.Now()
	var answered core.ID
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := store.Once(ctx, tx, job.by, job.in.Area, now, func() (core.ID, error) {
			if err := s.jobs.free(); err != nil {
				return 0, err
			}
			if _, err := AreaByCode(ctx, tx, job.in.Area); err != nil {
				return 0, err
			}
			return job.state.ID, insertImport(ctx, tx, job, now)
		})
		job.repeated = err == nil && id != job.state.ID
		answered = id
		return err
	})
	if job.repeated {
		job.id = answered
	}
	return err
}

// keepUpload writes the upload to a temporary file: a workbook is read from its end.
func keepUpload(content io.Reader) (path string, sum []byte, err error) {
	f, err := os.CreateTemp("", "qunyan-import-")
	if err != nil {
		return "", nil, err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(content, table.MaxBytes+1))
	if err == nil && n > table.MaxBytes {
		err = errs.New(errs.TooLarge, "import.too_large", "megabytes", table.MaxBytes>>20)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", nil, errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), hash.Sum(nil), nil
}

// fileName keeps a short, printable name for the record; it never becomes part of a path.
func fileName(name string) string {
	name = entry.Clean(name)
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	if utf8.RuneCountInString(name) > 100 {
		name = string([]rune(name)[:100])
	}
	return name
}

// run reads, checks and writes. It answers through the job and the store.
func (s *Service) run(ctx context.Context, job *job) {
	defer s.jobs.end(job)
	defer func() {
		if p := recover(); p != nil {
			s.fail(ctx, job, fmt.Errorf("panic: %v", p))
		}
		_ = os.Remove(job.path) // a temporary file that stays behind harms nobody
	}()
	if err := s.readAndWrite(ctx, job); err != nil {
		s.fail(ctx, job, err)
	}
}

func (s *Service) readAndWrite(ctx context.Context, job *job) error {
	rows, err := s.read(ctx, job)
	if err != nil {
		return err
	}
	if err := s.check(ctx, job, rows); err != nil {
		return err
	}
	if job.in.Dry || job.faulty() {
		s.finish(ctx, job)
		return nil
	}
	return s.write(ctx, job, rows)
}

// fail ends an import that wrote nothing, with the reason as a fault of the whole file.
func (s *Service) fail(ctx context.Context, job *job, err error) {
	reason := errs.From(err)
	switch {
	case reason.Kind == errs.Internal:
		reason = errs.New(errs.Internal, "import.failed").Because(err)
	case reason.Code == "store.duplicate":
		reason = errs.New(errs.Conflict, "import.changed_meanwhile").Because(err)
	}
	job.change(func(state *Import) {
		state.Faults = append([]RowFault{{Code: reason.Code, Params: reason.Params}}, state.Faults...)
		state.FaultCount++
	})
	if reason.Kind == errs.Internal {
		slog.ErrorContext(ctx, "import failed", "import", job.id.String(), "request", job.by.Request, "error", err)
	}
	s.finish(ctx, job)
}

// finish records how an import without effect ended. That the record could not be written either must not hide how the
// import ended from whoever is waiting for it.
func (s *Service) finish(ctx context.Context, job *job) {
	end := job.now()
	end.Phase = PhaseFinished
	if end.State = ImportDry; !job.in.Dry {
		end.State = ImportFailed
		end.Created, end.Changed, end.Unchanged, end.Groups = 0, 0, 0, 0
	}
	job.outcome = end
	err := s.st.Tx(context.WithoutCancel(ctx), func(ctx context.Context, tx *store.Tx) error {
		return updateImport(ctx, tx, end, s.clock.Now())
	})
	if err != nil {
		slog.ErrorContext(ctx, "the end of an import was not recorded", "import", job.id.String(), "error", err)
	}
}

const (
	insertImportSQL = `INSERT INTO import_job (village, id, state, file, sha256, report, by_id, by_name, created_ms, changed_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	updateImportSQL = `UPDATE import_job SET state = $1, report = $2, changed_ms = $3 WHERE village = $4 AND id = $5`
	importSQL       = `SELECT report, changed_ms FROM import_job WHERE village = $1 AND id = $2`
)

func insertImport(ctx context.Context, tx *store.Tx, job *job, now int64) error {
	report, err := json.Marshal(job.state)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insertImportSQL, job.in.Area, job.id, ImportRunning, job.in.Name, job.sum, string(report), job.by.ID, job.by.Name, now, now)
	return err
}

func updateImport(ctx context.Context, tx *store.Tx, state Import, now int64) error {
	report, err := json.Marshal(state)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, updateImportSQL, state.State, string(report), now, state.Area, state.ID)
	return err
}

func readImport(ctx context.Context, tx *store.Tx, area core.Area, id core.ID, abandonedBefore int64) (found Import, err error) {
	var report string
	var changedMs int64
	err = tx.Row(ctx, importSQL, area, id).Scan(&report, &changedMs)
	if errors.Is(err, store.ErrNone) {
		return found, errs.New(errs.NotFound, "import.no_import")
	}
	if err != nil {
		return found, err
	}
	decoder := json.NewDecoder(strings.NewReader(report))
	decoder.UseNumber() // a fault's numbers are shown as they were
	if err := decoder.Decode(&found); err != nil {
		return found, err
	}
	if found.State == ImportRunning && changedMs < abandonedBefore {
		found.State, found.Phase = ImportFailed, PhaseFinished
		found.Faults, found.FaultCount = []RowFault{{Code: "import.interrupted"}}, 1
	}
	return found, nil
}
