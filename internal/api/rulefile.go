package api

import (
	"context"
	"io"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/rulebook/ruletable"
)

// rulesImport is what an import of rules did, or would do.
type rulesImport struct {
	State      string      `json:"state" enum:"dry,done,refused" doc:"dry: only looked; refused: something is wrong and nothing was written"`
	Added      []string    `json:"added" doc:"codes, in the order of the file"`
	Changed    []string    `json:"changed"`
	Same       []string    `json:"same"`
	LeftOut    []string    `json:"left_out" doc:"lines of the draft that the file does not have"`
	Errors     []ruleFault `json:"errors" doc:"the first 1,000, in the order of the file"`
	ErrorCount int         `json:"error_count"`
	Ignored    []string    `json:"ignored" doc:"columns that mean nothing to us, as sheet!column"`
	Caps       *newCaps    `json:"category_caps,omitempty" doc:"left out if the file says nothing about caps on whole categories: the draft keeps its own"`
}

// newCaps is what becomes of a draft's caps on whole categories.
type newCaps struct {
	Before []rulebook.CategoryCap `json:"before"`
	After  []rulebook.CategoryCap `json:"after" doc:"none: an emptied sheet takes all away"`
}

// ruleFault is what is wrong in one place of a file of rules. Row 0 is the file or the sheet as a whole.
type ruleFault struct {
	Sheet  string `json:"sheet"`
	Row    int    `json:"row" doc:"as the spreadsheet shows it; in JSON the rule's place in the list, from 1"`
	Column string `json:"column" doc:"letter, as a spreadsheet shows it; '' in JSON"`
	Field  string `json:"field" doc:"heading of the column; '' if no one column is at fault"`
	Code   string `json:"code"`
	Reason string `json:"reason" doc:"a sentence for the user; for a red line with its law"`
}

func viewRulesImport(lang messages.Lang, dry bool) func(rulebook.Imported) rulesImport {
	return func(i rulebook.Imported) rulesImport {
		v := rulesImport{State: "refused", Added: i.Added, Changed: i.Changed, Same: i.Same, LeftOut: i.LeftOut, ErrorCount: i.FaultCount, Ignored: i.Ignored}
		if i.Caps != nil {
			v.Caps = &newCaps{i.Caps.Before, i.Caps.After}
		}
		switch {
		case dry:
			v.State = "dry"
		case i.Written:
			v.State = "done"
		}
		for _, f := range i.Faults {
			one := ruleFault{Sheet: f.Sheet, Row: f.Row, Column: f.Column, Code: f.Code, Reason: f.Reason(lang)}
			if f.Field != "" {
				one.Field = ruletable.Label(lang, f.Field)
			}
			v.Errors = append(v.Errors, one)
		}
		return v
	}
}

// RulesFile is the body of an import of rules.
type RulesFile struct {
	Dry     bool   `query:"dry" default:"true" doc:"only look and report; nothing is written"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// RulesExport is the input of a version's download.
type RulesExport struct {
	InArea
	RulesetVersion
	LangQuery
}

const importRulesDetail = "The body is the file itself: a workbook or JSON as the export writes it, or text with separators. The file's lines take the place " +
	"of the draft's, all of them or none. A version in force is never touched."

func (s *server) registerRuleFiles() {
	handleStream(s, spec{
		ID: "export-ruleset-workbook", Method: http.MethodGet, Path: "/areas/{area}/rulesets/{version}/file.xlsx", Tag: exportTag,
		Summary: "A version of the rules as a workbook", Detail: "An import reads it back as it is.",
	}, xlsxType, func(ctx context.Context, by core.Actor, in *RulesExport) (*stream, error) {
		return s.rulesFile(ctx, by, in, xlsxType, ".xlsx", rulebook.WriteWorkbook)
	})
	handleStream(s, spec{
		ID: "export-ruleset-json", Method: http.MethodGet, Path: "/areas/{area}/rulesets/{version}/file.json", Tag: exportTag,
		Summary: "A version of the rules as JSON in the published format", Detail: "docs/rules-format.md says what stands in it. An import reads it back as it is.",
	}, "application/json", func(ctx context.Context, by core.Actor, in *RulesExport) (*stream, error) {
		return s.rulesFile(ctx, by, in, "application/json", ".json", func(w io.Writer, _ messages.Lang, set rulebook.Ruleset) error {
			return rulebook.WriteJSON(w, set)
		})
	})
	handle(s, spec{
		ID: "import-rules", Method: http.MethodPost, Path: "/villages/{village}/rulesets/{version}/import", Tag: rulesTag, Op: access.OpDraftRules,
		MaxBody: ruletable.MaxBytes, Summary: "Put a file's rules into a village's draft", Detail: importRulesDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RulesetVersion
		RulesFile
	}) (*rulesImport, error) {
		return s.importRules(ctx, by, in.Village.Area, in.Version, in.RulesFile)
	})
	handle(s, spec{
		ID: "import-template", Method: http.MethodPost, Path: "/areas/{area}/rulesets/{version}/import", Tag: rulesTag, Op: access.OpEditTemplate,
		MaxBody: ruletable.MaxBytes, Summary: "Put a file's rules into a draft of the county's template", Detail: importRulesDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		RulesetVersion
		RulesFile
	}) (*rulesImport, error) {
		if in.Area.Area.Level() != core.County {
			return nil, errs.New(errs.Invalid, "rulebook.wrong_area")
		}
		return s.importRules(ctx, by, in.Area.Area, in.Version, in.RulesFile)
	})
}

func (s *server) importRules(ctx context.Context, by core.Actor, area core.Area, version int64, in RulesFile) (*rulesImport, error) {
	out, err := s.svc.Rules.Import(ctx, by, rulebook.ImportInput{Area: area, Version: version, Content: in.RawBody, Dry: in.Dry})
	return viewed(out, err, viewRulesImport(exchangeOf(ctx).lang(), in.Dry))
}

func (s *server) rulesFile(ctx context.Context, by core.Actor, in *RulesExport, mediaType, ending string, write func(io.Writer, messages.Lang, rulebook.Ruleset) error) (*stream, error) {
	say := words{exchangeOf(ctx).lang()}
	if in.Lang != "" {
		say.lang = messages.Lang(in.Lang)
	}
	set, err := s.svc.Rules.Ruleset(ctx, by, in.Area.Area, in.Version)
	if err != nil {
		return nil, err
	}
	name, err := s.exportName(ctx, say, "rulefile.name", in.Area.Area, ending)
	if err != nil {
		return nil, err
	}
	return &stream{Type: mediaType, Name: name, Write: func(_ context.Context, w io.Writer) error { return write(w, say.lang, set) }}, nil
}
