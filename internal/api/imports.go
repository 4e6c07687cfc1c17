package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/directory/table"
	"qunyan/internal/messages"
)

// xlsxType is the media type of a workbook.
const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// importView is how far an import is, or what came of it.
type importView struct {
	ID         core.ID       `json:"id"`
	State      string        `json:"state" enum:"running,done,failed,dry" doc:"dry: a dry run ended, whatever it found; failed: nothing was written"`
	Phase      string        `json:"phase" enum:"reading,checking,writing,finished"`
	File       string        `json:"file"`
	Rows       int64         `json:"rows" doc:"people read"`
	Done       int64         `json:"done" doc:"of total, in this phase: rows while reading, households afterwards"`
	Total      int64         `json:"total" doc:"0 while unknown"`
	Created    int64         `json:"created" doc:"households"`
	Changed    int64         `json:"changed" doc:"households"`
	Unchanged  int64         `json:"unchanged" doc:"households"`
	Groups     int64         `json:"groups" doc:"groups and buildings added"`
	Errors     []importError `json:"errors" doc:"the first 1,000, in the order of the file"`
	ErrorCount int64         `json:"error_count"`
	Ignored    []string      `json:"ignored" doc:"columns that mean nothing to us, as sheet!column"`
}

// importError is what is wrong in one place of the file. Row 0 is the file or the sheet as a whole.
type importError struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row"`
	Column string `json:"column" doc:"letter, as a spreadsheet shows it"`
	Field  string `json:"field" doc:"heading of the column in the template; '' if no one column is at fault"`
	Code   string `json:"code"`
	Reason string `json:"reason" doc:"a sentence for the user"`
}

func viewImport(lang messages.Lang) func(directory.Import) importView {
	return func(i directory.Import) importView {
		v := importView{ID: i.ID, State: i.State, Phase: i.Phase, File: i.File, Rows: i.Rows, Done: i.Done, Total: i.Total, Created: i.Created,
			Changed: i.Changed, Unchanged: i.Unchanged, Groups: i.Groups, ErrorCount: i.FaultCount}
		for _, f := range i.Faults {
			v.Errors = append(v.Errors, importError{Sheet: f.Sheet, Row: f.Row, Column: f.Column, Field: faultField(lang, f), Code: f.Code, Reason: f.Reason(lang)})
		}
		for _, c := range i.Ignored {
			v.Ignored = append(v.Ignored, c.String())
		}
		return v
	}
}

func faultField(lang messages.Lang, f directory.RowFault) string {
	if f.Field == "" {
		return ""
	}
	return directory.ColumnLabel(lang, f.Field)
}

type startImportInput struct {
	InArea
	Dry      bool   `query:"dry" default:"true" doc:"only look and report; nothing is written"`
	Groups   string `query:"groups" enum:"known,create" default:"known" doc:"create: add groups that the file names and that are not there"`
	FileName string `header:"X-File-Name" maxLength:"400" doc:"name of the file for the record, percent-encoded UTF-8"`
	RawBody  []byte `contentType:"application/octet-stream"`
}

// importSeconds is how long taking the file may take; reading it goes on behind the answer.
const importSeconds = 120

func (s *server) registerImports() {
	handleStream(s, spec{
		ID: "get-import-template", Method: http.MethodGet, Path: "/import/template.xlsx", Tag: householdTag, Op: access.OpImportHouseholds,
		Summary: "The workbook that clerks fill in",
	}, xlsxType, func(ctx context.Context, _ core.Actor, in *struct {
		Lang string `query:"lang" enum:"zh,en" doc:"left out: the language of Accept-Language"`
	}) (*stream, error) {
		lang := messages.Lang(in.Lang)
		if in.Lang == "" {
			lang = exchangeOf(ctx).lang()
		}
		return &stream{Type: xlsxType, Name: messages.Text(lang, "import.file.template", nil), Write: func(_ context.Context, w io.Writer) error {
			return directory.WriteTemplate(w, lang)
		}}, nil
	})
	handle(s, spec{
		ID: "start-import", Method: http.MethodPost, Path: "/areas/{area}/imports", Tag: householdTag, Op: access.OpImportHouseholds,
		Status: http.StatusAccepted, MaxBody: table.MaxBytes, Seconds: importSeconds,
		Summary: "Bring households in from a workbook (.xlsx) or text (.csv)",
		Detail: "The body is the file itself. It is read behind the answer; ask get-import how far it is. Either all of it is written or nothing, and a " +
			"file that was imported before changes nothing.",
	}, s.startImport)
	handle(s, spec{
		ID: "get-import", Method: http.MethodGet, Path: "/areas/{area}/imports/{id}", Tag: householdTag, Op: access.OpImportHouseholds,
		Summary: "How far an import is, or what came of it",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		ByID
	}) (*importView, error) {
		found, err := s.svc.Directory.Import(ctx, by, in.Area.Area, in.ID.ID)
		return viewed(found, err, viewImport(exchangeOf(ctx).lang()))
	})
}

func (s *server) startImport(ctx context.Context, by core.Actor, in *startImportInput) (*importView, error) {
	name, err := url.PathUnescape(in.FileName)
	if err != nil {
		name = ""
	}
	started, err := s.svc.Directory.StartImport(ctx, by, directory.ImportInput{Area: in.Area.Area, Name: name, Content: bytes.NewReader(in.RawBody),
		Dry: in.Dry, CreateGroups: in.Groups == "create"})
	return viewed(started, err, viewImport(exchangeOf(ctx).lang()))
}
