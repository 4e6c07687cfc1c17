package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/batch"
	"qunyan/internal/core"
	"qunyan/internal/messages"
)

type batchRow struct {
	Row       int         `json:"row" doc:"of the file"`
	Household core.ID     `json:"household"`
	Number    int64       `json:"number"`
	Head      string      `json:"head"`
	Points    core.Points `json:"points"`
	Asked     core.Points `json:"asked" doc:"before caps"`
	Duplicate bool        `json:"duplicate" doc:"it has a claim by this rule for this day already"`
	Code      string      `json:"code" doc:"why there is no claim; '' if there is one"`
}

type batchPart struct {
	Rule   string      `json:"rule"`
	TextZh string      `json:"text_zh"`
	TextEn string      `json:"text_en"`
	Sheets []core.ID   `json:"sheets" doc:"of claims; empty in a dry run"`
	Claims int64       `json:"claims"`
	Points core.Points `json:"points"`
	Rows   []batchRow  `json:"rows" doc:"all in a dry run; afterwards those without a claim"`
}

type batchFault struct {
	Row    int    `json:"row"`
	Column string `json:"column" doc:"letter, as a spreadsheet shows it; '' if no one column is at fault"`
	Code   string `json:"code"`
	Reason string `json:"reason" doc:"a sentence for the user"`
}

type batchView struct {
	Made       bool         `json:"made"`
	Title      string       `json:"title"`
	Day        core.Day     `json:"day"`
	Households int64        `json:"households" doc:"rows with something under a rule"`
	Parts      []batchPart  `json:"parts" doc:"empty while there are errors"`
	Errors     []batchFault `json:"errors" doc:"the first 1,000, in the order of the file"`
	ErrorCount int64        `json:"error_count"`
	Ignored    []string     `json:"ignored" doc:"columns that mean nothing to us, by letter and heading"`
}

func viewBatch(lang messages.Lang) func(batch.Result) batchView {
	return func(r batch.Result) batchView {
		v := batchView{Made: r.Made, Title: r.Title, Day: r.Day, Households: r.Households, ErrorCount: r.FaultCount, Ignored: r.Ignored}
		for _, p := range r.Parts {
			part := batchPart{Rule: p.Rule, TextZh: p.TextZh, TextEn: p.TextEn, Sheets: p.Sheets, Claims: p.Claims, Points: p.Points}
			for _, row := range p.Rows {
				part.Rows = append(part.Rows, batchRow(row))
			}
			v.Parts = append(v.Parts, part)
		}
		for _, f := range r.Faults {
			v.Errors = append(v.Errors, batchFault{Row: f.Row, Column: f.Column, Code: f.Code, Reason: f.Reason(lang)})
		}
		return v
	}
}

func (s *server) registerBatch() {
	handleStream(s, spec{
		ID: "get-blank-sheet", Method: http.MethodGet, Path: "/villages/{village}/sheets/blank.xlsx", Tag: claimsTag, Op: access.OpSubmitClaim,
		Summary: "A workbook of the village's households with a column for each rule, to be filled in",
	}, xlsxType, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Rules string   `query:"rules" required:"true" maxLength:"80" doc:"codes, separated by commas"`
		Day   core.Day `query:"day" required:"true"`
		Title string   `query:"title" maxLength:"60"`
		Lang  string   `query:"lang" enum:"zh,en" doc:"left out: the language of Accept-Language"`
	}) (*stream, error) {
		lang := messages.Lang(in.Lang)
		if in.Lang == "" {
			lang = exchangeOf(ctx).lang()
		}
		blank, err := s.svc.Batch.Blank(ctx, by, in.Village.Area, batch.Request{Rules: strings.Split(in.Rules, ","), Day: in.Day, Title: in.Title})
		if err != nil {
			return nil, err
		}
		name := messages.Text(lang, "batch.file", map[string]any{"village": blank.VillageName, "day": blank.Day.String()})
		return &stream{Type: xlsxType, Name: name, Write: func(_ context.Context, w io.Writer) error { return blank.Write(w, lang) }}, nil
	})
	handle(s, spec{
		ID: "import-sheet", Method: http.MethodPost, Path: "/villages/{village}/sheets/import", Tag: claimsTag, Op: access.OpSubmitClaim,
		MaxBody: batch.MaxBytes, Seconds: 120,
		Summary: "Make claims of a filled workbook",
		Detail: "The body is the file itself. With dry=true nothing is written and every cell that cannot be read is named; a file with such cells is refused. " +
			"The same file a second time claims nothing twice.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Dry        bool   `query:"dry" default:"true" doc:"only look and report"`
		Duplicates string `query:"duplicates" enum:"skip,keep" default:"skip" doc:"skip: households that have a claim by the rule for the day already are left out"`
		RawBody    []byte `contentType:"application/octet-stream"`
	}) (*batchView, error) {
		act := s.svc.Batch.Import
		if in.Dry {
			act = s.svc.Batch.Try
		}
		out, err := act(ctx, by, in.Village.Area, bytes.NewReader(in.RawBody), in.Duplicates != "keep")
		return viewed(out, err, viewBatch(exchangeOf(ctx).lang()))
	})
}
