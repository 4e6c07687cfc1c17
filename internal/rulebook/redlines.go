package rulebook

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/rulebook/redline"
	"qunyan/internal/store"
)

// CaseState is where the question stands whether a stopped text is harmless.
type CaseState string

// The states of a case.
const (
	CaseAsked     CaseState = "asked"     // waits for the township
	CaseOverruled CaseState = "overruled" // a false alarm: the text may be used as long as it is unchanged
	CaseUpheld    CaseState = "upheld"    // the line holds
)

// RedLineCase is a text that a red line stopped, and what the township decided on it.
type RedLineCase struct {
	ID        core.ID
	Code      string
	Lines     string // "R3 R6"
	Text      string
	State     CaseState
	AskedBy   string
	AskedMs   int64
	Reason    string // '' while asked
	ByName    string
	DecidedMs int64 // 0 while asked
}

// Limits on the reason for overruling a red line, in characters.
const (
	reasonLeast = 10
	reasonMost  = 300
)

// stop is a field of a rule that a red line stops.
type stop struct {
	field string
	hit   redline.Hit
}

// stops holds every text of a rule to the red lines. The English ones are looked at too: they may hold Chinese.
func (r Rule) stops() []stop {
	var found []stop
	look := func(field, text string) {
		for _, hit := range redline.Check(text, r.Category == Deduction && strings.HasPrefix(field, "text")) {
			found = append(found, stop{field, hit})
		}
	}
	look("text_zh", r.TextZh)
	look("text_en", r.TextEn)
	look("proof_zh", r.ProofZh)
	look("proof_en", r.ProofEn)
	look("unit_zh", r.UnitZh)
	look("unit_en", r.UnitEn)
	for _, step := range r.Scale {
		look("scale", step.LabelZh)
		look("scale", step.LabelEn)
	}
	look("who_tag", r.WhoTag)
	look("condition.expr", r.Condition.Expr)
	look("condition.text_zh", r.Condition.TextZh)
	look("condition.text_en", r.Condition.TextEn)
	return found
}

// texts is all that stops looks at, so that a decision stands for exactly that.
func (r Rule) texts() []byte {
	all := []string{strconv.FormatBool(r.Category == Deduction), r.TextZh, r.TextEn, r.ProofZh, r.ProofEn, r.UnitZh, r.UnitEn}
	for _, step := range r.Scale {
		all = append(all, step.LabelZh, step.LabelEn)
	}
	if r.WhoTag != "" || !r.Condition.None() { // a rule without them keeps the decision it has
		all = append(all, r.WhoTag, r.Condition.Expr, r.Condition.TextZh, r.Condition.TextEn)
	}
	sum := sha256.Sum256([]byte(strings.Join(all, "\x00")))
	return sum[:]
}

// refusal is the error for a rule that a red line stops.
func (s stop) refusal(code string) *errs.Error {
	return errs.New(errs.Invalid, "rulebook.red_line", "rule", code, "line", s.hit.Line, "law", redline.Law(s.hit.Line),
		"reason", redline.Reason(s.hit.Line)).At(s.field)
}

// CheckRedLines refuses a rule whose texts touch a red line. Error: rulebook.red_line (rule, line, law, reason) at the
// field; law and reason are keys of the catalogue.
func (r Rule) CheckRedLines() error {
	if found := r.stops(); len(found) > 0 {
		return found[0].refusal(r.Code)
	}
	return nil
}

// CheckRedLinesOf refuses a text of a points scheme that is no village's rule, as CheckRedLines does one of a rule; nobody
// overrules it. code names the text in the message.
func CheckRedLinesOf(code, text string, deduction bool) error {
	if hits := redline.Check(text, deduction); len(hits) > 0 {
		return stop{"text", hits[0]}.refusal(code)
	}
	return nil
}

// known remembers what was found in the texts of rules: a village's are mostly the county's, and looking takes about a
// millisecond for each text.
type known struct {
	mu    sync.Mutex
	found map[string][]stop // by what texts gives
}

// maxKnown is how many rules are remembered before all are forgotten.
const maxKnown = 20_000

func (k *known) stops(r Rule) []stop {
	key := string(r.texts())
	k.mu.Lock()
	found, ok := k.found[key]
	k.mu.Unlock()
	if ok {
		return found
	}
	found = r.stops()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.found == nil || len(k.found) >= maxKnown {
		k.found = map[string][]stop{}
	}
	k.found[key] = found
	return found
}

// lookAt holds a draft's lines to the red lines before the command that decides on it, so that its transaction finds
// them known.
func (s *Service) lookAt(ctx context.Context, area core.Area, version int64) error {
	var rules []Rule
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		rules, err = rulesOf(ctx, tx, area, version)
		return err
	})
	for _, r := range rules {
		s.known.stops(r)
	}
	return err
}

// admit is CheckRedLines, but lets a text pass that the township overruled. What is fixed nobody overrules.
func admit(ctx context.Context, tx *store.Tx, area core.Area, r Rule, found []stop) error {
	for _, s := range found {
		if s.hit.Fixed {
			return s.refusal(r.Code)
		}
	}
	if len(found) == 0 {
		return nil
	}
	c, err := scanCase(tx.Row(ctx, sqlCaseOfText, area, r.texts()))
	switch {
	case errors.Is(err, store.ErrNone) || err == nil && c.State != CaseOverruled:
		return found[0].refusal(r.Code)
	case err != nil:
		return err
	}
	return nil
}

// AskOverrule puts a village's stopped rule before the township, as a false alarm. Asking again about the same texts
// gives the case there is.
//
// Errors: rulebook.not_stopped when no red line is touched; rulebook.red_line_fixed (line) for a line that nobody
// overrules; rulebook.bad_rule.
func (s *Service) AskOverrule(ctx context.Context, by core.Actor, village core.Area, r Rule) (RedLineCase, error) {
	if err := access.Require(by, access.OpDraftRules, village); err != nil {
		return RedLineCase{}, err
	}
	r = r.trimmed()
	if field := r.badNames(); field != "" {
		return RedLineCase{}, errs.New(errs.Invalid, "rulebook.bad_rule", "rule", r.Code, "field", field).At(field)
	}
	var lines []string
	shown := []string{r.TextZh}
	for _, stop := range r.stops() {
		if stop.hit.Fixed {
			return RedLineCase{}, errs.New(errs.Conflict, "rulebook.red_line_fixed", "line", stop.hit.Line).At(stop.field)
		}
		lines = append(lines, stop.hit.Line)
	}
	if len(lines) == 0 {
		return RedLineCase{}, errs.New(errs.Conflict, "rulebook.not_stopped")
	}
	for _, text := range []string{r.ProofZh, r.TextEn, r.ProofEn} {
		if text != "" {
			shown = append(shown, text)
		}
	}
	return command(ctx, s, by, village, func(ctx context.Context, tx *store.Tx, nowMs int64) (RedLineCase, error) {
		c := RedLineCase{ID: s.ids.Next(), Code: r.Code, Lines: joinLines(lines), Text: strings.Join(shown, " · "), State: CaseAsked,
			AskedBy: by.Name, AskedMs: nowMs}
		n, err := tx.Exec(ctx, sqlInsertCase, village, c.ID, r.texts(), c.Code, c.Lines, c.Text, string(c.State), c.AskedBy, c.AskedMs,
			"", int64(0), "", int64(0))
		if err != nil {
			return c, err
		}
		if n == 0 {
			return scanCase(tx.Row(ctx, sqlCaseOfText, village, r.texts()))
		}
		return c, s.recordCase(ctx, tx, by, nowMs, "ask_overrule", village, c)
	})
}

// joinLines is each line once, in the order of the rule's texts.
func joinLines(lines []string) string {
	var once []string
	for _, line := range redline.Lines() {
		for _, hit := range lines {
			if hit == line {
				once = append(once, line)
				break
			}
		}
	}
	return strings.Join(once, " ")
}

// DecideInput is a township officer's decision on a stopped text.
type DecideInput struct {
	Village  core.Area
	ID       core.ID
	Harmless bool   // true overrules the line, false upholds it
	Reason   string // 10 to 300 characters; kept with name and time
}

// DecideCase overrules a red line for one text, or upholds it, in writing. It is decided once.
//
// Errors: rulebook.overrule_reason (least, most), rulebook.no_case, rulebook.case_decided.
func (s *Service) DecideCase(ctx context.Context, by core.Actor, in DecideInput) (RedLineCase, error) {
	if err := access.Require(by, access.OpOverruleRedLine, in.Village); err != nil {
		return RedLineCase{}, err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if n := utf8.RuneCountInString(in.Reason); n < reasonLeast || n > reasonMost || !utf8.ValidString(in.Reason) {
		return RedLineCase{}, errs.New(errs.Invalid, "rulebook.overrule_reason", "least", reasonLeast, "most", reasonMost).At("reason")
	}
	state := CaseUpheld
	if in.Harmless {
		state = CaseOverruled
	}
	return command(ctx, s, by, in.Village, func(ctx context.Context, tx *store.Tx, nowMs int64) (RedLineCase, error) {
		n, err := tx.Exec(ctx, sqlDecideCase, string(state), in.Reason, by.ID, by.Name, nowMs, in.Village, in.ID)
		if err != nil {
			return RedLineCase{}, err
		}
		c, err := scanCase(tx.Row(ctx, sqlCase, in.Village, in.ID))
		switch {
		case errors.Is(err, store.ErrNone):
			return c, errs.New(errs.NotFound, "rulebook.no_case")
		case err != nil:
			return c, err
		case n == 0:
			return c, errs.New(errs.Conflict, "rulebook.case_decided")
		}
		action := "uphold_red_line"
		if in.Harmless {
			action = "overrule_red_line"
		}
		return c, s.recordCase(ctx, tx, by, nowMs, action, in.Village, c)
	})
}

// RedLineCases lists a village's stopped texts, those that wait first, then the newest first. Staff only: a text that was
// stopped is nobody's business but theirs.
func (s *Service) RedLineCases(ctx context.Context, by core.Actor, village core.Area) ([]RedLineCase, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	var waiting, decided []RedLineCase
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlCases, func(row store.Row) error {
			c, err := scanCase(row)
			if c.State == CaseAsked {
				waiting = append(waiting, c)
			} else {
				decided = append(decided, c)
			}
			return err
		}, village)
	})
	return append(waiting, decided...), err
}

func (s *Service) recordCase(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, action string, village core.Area, c RedLineCase) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), nowMs, audit.Entry{Area: village, Action: "rulebook." + action, Subject: "red_line_case",
		SubjectID: strconv.FormatInt(int64(c.ID), 10), After: map[string]any{"code": c.Code, "lines": c.Lines, "text": c.Text, "state": c.State, "reason": c.Reason}})
}

const caseColumns = `village, id, sha256, code, lines, text, state, asked_by, asked_ms, reason, by_id, by_name, decided_ms`

const caseFields = `id, code, lines, text, state, asked_by, asked_ms, reason, by_name, decided_ms`

const sqlInsertCase = `INSERT INTO red_line_case (` + caseColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
	ON CONFLICT (village, sha256) DO NOTHING`

const sqlDecideCase = `UPDATE red_line_case SET state = $1, reason = $2, by_id = $3, by_name = $4, decided_ms = $5
	WHERE village = $6 AND id = $7 AND state = 'asked'`

const sqlCase = `SELECT ` + caseFields + ` FROM red_line_case WHERE village = $1 AND id = $2`

const sqlCaseOfText = `SELECT ` + caseFields + ` FROM red_line_case WHERE village = $1 AND sha256 = $2`

const sqlCases = `SELECT ` + caseFields + ` FROM red_line_case WHERE village = $1 ORDER BY id DESC LIMIT 500`

func scanCase(row store.Row) (RedLineCase, error) {
	var c RedLineCase
	err := row.Scan(&c.ID, &c.Code, &c.Lines, &c.Text, &c.State, &c.AskedBy, &c.AskedMs, &c.Reason, &c.ByName, &c.DecidedMs)
	return c, err
}
