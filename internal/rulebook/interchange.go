package rulebook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook/ruletable"
)

// The published JSON format of a set of rules (docs/rules-format.md). The version rises when a reader of the old one
// would misunderstand a file.
const (
	formatName    = "qunyan.rules"
	formatVersion = 1
)

// document is a set of rules as JSON. The title is for people: an import keeps the draft's own.
type document struct {
	Format  string            `json:"format"`
	Version int               `json:"format_version"`
	Title   string            `json:"title"`
	Rules   []json.RawMessage `json:"rules"`
	Caps    *[]CategoryCap    `json:"category_caps,omitempty"` // left out, the draft keeps its own
}

// WriteJSON writes a version as JSON in the published format. What was written, an import reads back as it was.
func WriteJSON(w io.Writer, set Ruleset) error {
	doc := document{Format: formatName, Version: formatVersion, Title: set.Title, Rules: []json.RawMessage{}, Caps: &set.Caps}
	if set.Caps == nil {
		doc.Caps = &[]CategoryCap{}
	}
	for _, r := range set.Rules {
		var one bytes.Buffer
		out := json.NewEncoder(&one)
		out.SetEscapeHTML(false)
		if err := out.Encode(r.trimmed()); err != nil {
			return err
		}
		doc.Rules = append(doc.Rules, bytes.TrimSpace(one.Bytes()))
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(doc)
}

// WriteWorkbook writes a version as an Excel workbook in the words of a language: a sheet of rules and a sheet of the
// steps of graded ones. What was written, an import reads back as it was.
func WriteWorkbook(w io.Writer, lang messages.Lang, set Ruleset) error {
	rows := map[ruletable.Part][]ruletable.Row{}
	for _, r := range set.Rules {
		rows[ruletable.Rules] = append(rows[ruletable.Rules], r.row())
		for _, step := range r.Scale {
			rows[ruletable.Scale] = append(rows[ruletable.Scale], ruletable.Row{
				Texts:  map[ruletable.Column]string{"code": r.Code, "label_zh": step.LabelZh, "label_en": step.LabelEn},
				Wholes: map[ruletable.Column]int64{"points": int64(step.Points)}})
		}
		for _, c := range r.Caps {
			rows[ruletable.Caps] = append(rows[ruletable.Caps], ruletable.Row{
				Texts:  map[ruletable.Column]string{"code": r.Code, "each": string(c.Each), "cap_period": string(c.Period)},
				Wholes: map[ruletable.Column]int64{"cap_points": int64(c.Points), "cap_count": c.Count}})
		}
	}
	for _, c := range set.Caps {
		rows[ruletable.CategoryCaps] = append(rows[ruletable.CategoryCaps], ruletable.Row{
			Texts:  map[ruletable.Column]string{"category": string(c.Category), "cap_period": string(c.Period)},
			Wholes: map[ruletable.Column]int64{"cap_points": int64(c.Points)}})
	}
	return ruletable.Write(w, lang, rows)
}

// cells and wholes name the fields of a rule that stand in one cell each, by their columns.
func (r *Rule) cells() map[ruletable.Column]*string {
	return map[ruletable.Column]*string{"code": &r.Code, "category": (*string)(&r.Category), "kind": (*string)(&r.Kind), "text_zh": &r.TextZh,
		"text_en": &r.TextEn, "per": (*string)(&r.Per), "unit_zh": &r.UnitZh, "unit_en": &r.UnitEn, "cap_period": (*string)(&r.CapPeriod),
		"proof_zh": &r.ProofZh, "proof_en": &r.ProofEn, "approver": (*string)(&r.Approver), "who": (*string)(&r.Who),
		"who_tag": &r.WhoTag, "unit_round": (*string)(&r.UnitRound), "list_category": (*string)(&r.ListCategory), "condition.expr": &r.Condition.Expr,
		"condition.text_zh": &r.Condition.TextZh, "condition.text_en": &r.Condition.TextEn}
}

func (r *Rule) wholes() map[ruletable.Column]*int64 {
	return map[ruletable.Column]*int64{"points": (*int64)(&r.Points), "points_min": (*int64)(&r.PointsMin), "points_max": (*int64)(&r.PointsMax),
		"cap_points": (*int64)(&r.CapPoints), "cap_count": &r.CapCount, "unit_size": &r.UnitSize, "warn_days": &r.WarnDays}
}

// row is a rule as a row of the sheet of rules. A cap of none is an empty cell.
func (r Rule) row() ruletable.Row {
	row := ruletable.Row{Texts: map[ruletable.Column]string{"self": "no", "list_text": "no"}, Wholes: map[ruletable.Column]int64{}}
	for c, text := range r.cells() {
		row.Texts[c] = *text
	}
	if r.Self {
		row.Texts["self"] = "yes"
	}
	if r.ListText {
		row.Texts["list_text"] = "yes"
	}
	for c, n := range r.wholes() {
		if *n != 0 {
			row.Wholes[c] = *n
		}
	}
	return row
}

// over is the rule with what a row, its steps and its further caps say; what they leave empty stays.
func (r Rule) over(row ruletable.Row, steps, caps []ruletable.Row) Rule {
	for c, text := range r.cells() {
		if said := row.Texts[c]; said != "" {
			*text = said
		}
	}
	for c, n := range r.wholes() {
		if said, ok := row.Wholes[c]; ok {
			*n = said
		}
	}
	if said := row.Texts["self"]; said != "" {
		r.Self = said == "yes"
	}
	if said := row.Texts["list_text"]; said != "" {
		r.ListText = said == "yes"
	}
	if len(caps) > 0 {
		r.Caps = []Cap{}
	}
	for _, c := range caps {
		r.Caps = append(r.Caps, Cap{Period(c.Texts["cap_period"]), Each(c.Texts["each"]), core.Points(c.Wholes["cap_points"]), c.Wholes["cap_count"]})
	}
	if len(steps) > 0 {
		r.Scale = []Step{}
	}
	for _, s := range steps {
		r.Scale = append(r.Scale, Step{s.Texts["label_zh"], s.Texts["label_en"], core.Points(s.Wholes["points"])})
	}
	return r
}

// proposal is a line of a file: what it says over the line it starts from, and where it stands.
type proposal struct {
	code string
	at   ruletable.Row // of a sheet; in JSON only its number
	over func(Rule) Rule
}

// parsed is what stands in a file.
type parsed struct {
	*ruletable.File
	lines []proposal
	caps  []CategoryCap // nil keeps the draft's
}

// parseTable reads a workbook, or text with separators.
func parseTable(path string) (parsed, error) {
	file, err := ruletable.Read(path)
	if err != nil {
		return parsed{}, err
	}
	out := parsed{File: file}
	parts := map[ruletable.Part]map[string][]ruletable.Row{ruletable.Scale: {}, ruletable.Caps: {}}
	for part, of := range parts {
		for _, row := range file.Rows[part] {
			of[row.Code()] = append(of[row.Code()], row)
		}
	}
	seen := map[string]int{}
	for _, row := range file.Rows[ruletable.Rules] {
		if other, twice := seen[row.Code()]; twice {
			file.Add(row.Fault("code", "rulefile.code_twice", map[string]any{"rule": row.Code(), "other": other}))
			continue
		}
		seen[row.Code()] = row.Number
		steps, caps := parts[ruletable.Scale][row.Code()], parts[ruletable.Caps][row.Code()]
		out.lines = append(out.lines, proposal{row.Code(), row, func(r Rule) Rule { return r.over(row, steps, caps) }})
	}
	for part := range parts {
		for _, row := range file.Rows[part] {
			if _, ok := seen[row.Code()]; !ok {
				file.Add(row.Fault("code", "rulefile.no_step_rule", map[string]any{"rule": row.Code()}))
			}
		}
	}
	if file.Headed[ruletable.CategoryCaps] { // an emptied sheet takes the caps away; without the sheet the draft keeps its own
		out.caps = []CategoryCap{}
	}
	for _, row := range file.Rows[ruletable.CategoryCaps] {
		out.caps = append(out.caps, CategoryCap{Category(row.Texts["category"]), Period(row.Texts["cap_period"]), core.Points(row.Wholes["cap_points"])})
	}
	return out, nil
}

// parseJSON reads the published format strictly: what it does not know could be what the maker of the file meant most.
func parseJSON(data []byte) (parsed, error) {
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		var shape *json.UnmarshalTypeError
		if errors.As(err, &shape) {
			return parsed{}, otherFormat()
		}
		var syntax *json.SyntaxError
		at := len(data)
		if errors.As(err, &syntax) {
			at = min(int(syntax.Offset), at)
		}
		return parsed{}, errs.New(errs.Invalid, "rulefile.bad_json", "line", 1+bytes.Count(data[:at], []byte("\n"))).Because(err)
	}
	switch {
	case doc.Format != formatName || doc.Version != formatVersion:
		return parsed{}, otherFormat()
	case len(doc.Rules) > ruletable.MaxRules:
		return parsed{}, errs.New(errs.TooLarge, "rulefile.too_many", "most", ruletable.MaxRules)
	case len(doc.Rules) == 0:
		return parsed{}, errs.New(errs.Invalid, "rulefile.no_rows")
	}
	out := parsed{File: &ruletable.File{}}
	if doc.Caps != nil {
		out.caps = append([]CategoryCap{}, *doc.Caps...)
	}
	seen := map[string]int{}
	for i, raw := range doc.Rules {
		at := ruletable.Row{Number: i + 1}
		rule, fault := oneRule(at, raw)
		if fault != nil {
			out.Add(*fault)
			continue
		}
		if other, twice := seen[rule.Code]; twice {
			out.Add(at.Fault("code", "rulefile.json_twice", map[string]any{"rule": rule.Code, "other": other}))
			continue
		}
		seen[rule.Code] = i + 1
		out.lines = append(out.lines, proposal{rule.Code, at, func(Rule) Rule { return rule }})
	}
	return out, nil
}

func otherFormat() error {
	return errs.New(errs.Invalid, "rulefile.other_format", "version", formatVersion)
}

func oneRule(at ruletable.Row, raw []byte) (Rule, *ruletable.Fault) {
	var rule Rule
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	err := in.Decode(&rule)
	if err == nil {
		return rule.trimmed(), nil
	}
	fault := at.Fault("", "rulefile.unknown_field", map[string]any{"name": "?"})
	var shape *json.UnmarshalTypeError
	if errors.As(err, &shape) {
		field, _, _ := strings.Cut(shape.Field, ".")
		fault = at.Fault(ruletable.Column(field), "rulefile.bad_field", nil)
	} else if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		fault.Params["name"] = strings.Trim(name[:min(len(name), 60)], `"`)
	}
	return rule, &fault
}
