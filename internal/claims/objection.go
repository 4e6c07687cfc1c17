package claims

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// AnswerDays is how long an answer to an objection may take (domain.md §3).
const AnswerDays = 7

// maxOpenPerClaim bounds the objections to one line that wait for an answer. The line is frozen by the first; more of
// them would only bury it.
const maxOpenPerClaim = 5

// What an answer may say.
const (
	Upheld    = "upheld"    // the line is taken off the list
	Dismissed = "dismissed" // the line stands
)

// Objection is anybody's doubt about one line of a notice.
type Objection struct {
	ID         core.ID
	Notice     core.ID
	Claim      core.ID
	Code       string // reference number; whoever has it may read the answer
	Text       string
	Contact    string // only for those who answer
	ByKind     core.ActorKind
	ByID       core.ID
	DueDay     core.Day
	State      string // open upheld dismissed
	Answer     string
	AnsweredBy string
	AnsweredMs int64
	CreatedMs  int64
}

// Doubt is what somebody says against a line.
type Doubt struct {
	Notice  core.ID
	Claim   core.ID
	Text    string
	Contact string // optional
	Device  string // what the browser says it is, only to tell one neighbour behind an address from another; never kept
}

// Object takes an objection from anybody: the public without a name, a household by its card, or staff who type in what
// came on paper. It freezes that line and nothing else until the answer. An anonymous objection leaves no address in the
// audit trail; floods are held off by counting addresses in memory only.
func (s *Service) Object(ctx context.Context, by core.Actor, village core.Area, in Doubt) (Objection, error) {
	op := access.OpObject
	if by.Kind == core.StaffActor {
		op = access.OpObjectOnPaper
	}
	if err := access.Require(by, op, village); err != nil {
		return Objection{}, err
	}
	if by.Kind == core.CardActor && by.Village != village {
		return Objection{}, errs.New(errs.Forbidden, "access.forbidden")
	}
	var err error
	if in.Text, err = NeedText(in.Text, "text", maxText); err != nil {
		return Objection{}, err
	}
	if in.Contact, err = CleanText(in.Contact, "contact", maxContact); err != nil {
		return Objection{}, err
	}
	if by.Kind != core.StaffActor && !s.flood.allow(sources(by, village, in.Device), s.clock.Now()) {
		return Objection{}, errs.New(errs.RateLimited, "claims.too_many_objections")
	}
	if by.Kind == core.Nobody {
		by.From = ""
	}
	id, err := run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		return c.object(ctx, in)
	})
	if err != nil {
		return Objection{}, err
	}
	return s.objection(ctx, village, id)
}

const sqlOpenOnClaim = `SELECT COUNT(*) FROM objection WHERE village = $1 AND claim = $2 AND state = 'open'`

const sqlInsertObjection = `INSERT INTO objection (village, id, notice, claim, code, text, contact, by_kind, by_id, due_day, state, answer,
		answered_by, answered_name, answered_ms, created_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', 0, '', 0, $11) ON CONFLICT (village, code) DO NOTHING`

func (c *command) object(ctx context.Context, in Doubt) (core.ID, error) {
	notice, err := noticeByID(ctx, c.tx, c.village, in.Notice)
	if err != nil {
		return 0, err
	}
	claim, err := c.load(ctx, in.Claim, 0)
	if err != nil {
		return 0, err
	}
	switch {
	case claim.Notice != notice.ID:
		return 0, errs.New(errs.NotFound, "claims.no_claim")
	case !notice.Open(c.today):
		return 0, errs.New(errs.Conflict, "claims.notice_over", "day", notice.ToDay.String())
	case claim.State != Noticed && claim.State != Frozen:
		return 0, wrongState(claim)
	}
	var open int
	if err := c.tx.Row(ctx, sqlOpenOnClaim, c.village, claim.ID).Scan(&open); err != nil {
		return 0, err
	}
	if open >= maxOpenPerClaim {
		return 0, errs.New(errs.RateLimited, "claims.line_has_objections")
	}
	id, due := c.ids.Next(), c.today.Add(AnswerDays)
	for inserted := int64(0); inserted == 0; {
		inserted, err = c.tx.Exec(ctx, sqlInsertObjection, c.village, id, notice.ID, claim.ID, newCode(), in.Text, in.Contact,
			string(c.by.Kind), c.by.ID, due, c.now)
		if err != nil {
			return 0, err
		}
	}
	if claim.State == Noticed {
		if err := c.setState(ctx, claim, Frozen); err != nil {
			return 0, err
		}
	}
	return id, c.log(ctx, "claims.object", "objection", id.String(), nil, map[string]any{
		"claim": claim.ID, "notice": notice.ID, "due_day": due})
}

// codeLetters leaves out what is mistaken for something else when it is read out.
const codeLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newCode is a reference number of 40 random bits: enough that nobody reads another person's objection by guessing.
func newCode() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: the runtime ends the process if the system has no randomness
	for i := range b {
		b[i] = codeLetters[b[i]%32]
	}
	return string(b[:])
}

// readCode brings a reference number as people type it to how it is stored.
func readCode(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(strings.TrimSpace(code)))
}

// Answer is the reply to an objection.
type Answer struct {
	Outcome string // Upheld or Dismissed
	Text    string // the reason; who objected reads it
}

const sqlAnswer = `UPDATE objection SET state = $1, answer = $2, answered_by = $3, answered_name = $4, answered_ms = $5
	WHERE village = $6 AND id = $7 AND state = 'open'`

const sqlAnswerRest = `UPDATE objection SET state = $1, answer = $2, answered_by = $3, answered_name = $4, answered_ms = $5
	WHERE village = $6 AND claim = $7 AND state = 'open'`

// AnswerObjection answers an objection: upheld takes the line off the list and with it answers everybody who objected
// to it; dismissed lets the line stand once no other objection to it is open. The supervision committee or the
// secretary answers, never who submitted or reviewed the claim, and not about the own household.
func (s *Service) AnswerObjection(ctx context.Context, by core.Actor, village core.Area, id core.ID, in Answer) (Objection, error) {
	if err := access.Require(by, access.OpAnswerObjection, village); err != nil {
		return Objection{}, err
	}
	if in.Outcome != Upheld && in.Outcome != Dismissed {
		return Objection{}, errs.New(errs.Invalid, "claims.bad_outcome").At("outcome")
	}
	var err error
	if in.Text, err = NeedText(in.Text, "answer", maxText); err != nil {
		return Objection{}, err
	}
	_, err = run(ctx, s, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		return id, c.answer(ctx, id, in)
	})
	if err != nil {
		return Objection{}, err
	}
	return s.objection(ctx, village, id)
}

func (c *command) answer(ctx context.Context, id core.ID, in Answer) error {
	o, err := objectionByID(ctx, c.tx, c.village, id)
	if err != nil {
		return err
	}
	claim, err := c.load(ctx, o.Claim, 0)
	if err != nil {
		return err
	}
	tied, err := c.tied(ctx)
	if err != nil {
		return err
	}
	tied.mark(&claim)
	if err := claim.answerable(c.by); err != nil {
		return err
	}
	if o.State != "open" {
		return errs.New(errs.Conflict, "claims.already_answered")
	}
	if in.Outcome == Upheld {
		if _, err := c.tx.Exec(ctx, sqlAnswerRest, Upheld, in.Text, c.by.ID, c.by.Name, c.now, c.village, claim.ID); err != nil {
			return err
		}
		if _, err := c.tx.Exec(ctx, sqlDrop, in.Text, c.now, c.village, claim.ID); err != nil {
			return err
		}
		c.moved(claim, claim.State, Dropped)
	} else if err := c.dismiss(ctx, claim, id, in); err != nil {
		return err
	}
	return c.log(ctx, "claims.answer_objection", "objection", id.String(), map[string]any{"state": "open", "claim": claim.ID},
		map[string]any{"state": in.Outcome, "claim": claim.ID})
}

func (c *command) dismiss(ctx context.Context, claim Claim, id core.ID, in Answer) error {
	if _, err := c.tx.Exec(ctx, sqlAnswer, Dismissed, in.Text, c.by.ID, c.by.Name, c.now, c.village, id); err != nil {
		return err
	}
	var open int
	if err := c.tx.Row(ctx, sqlOpenOnClaim, c.village, claim.ID).Scan(&open); err != nil || open > 0 {
		return err
	}
	return c.setState(ctx, claim, Noticed)
}

// answerable says whether the actor may answer objections to the claim; nil if so.
func (c Claim) answerable(by core.Actor) error {
	switch {
	case c.ByKind == core.StaffActor && c.ByID == by.ID, c.Reviewer == by.ID, c.FirstBy == by.ID:
		return errs.New(errs.Forbidden, "claims.answers_own_work")
	case c.Kin:
		return errs.New(errs.Forbidden, "claims.relative")
	case c.ofOwnHousehold(by):
		return errs.New(errs.Forbidden, "claims.own_household")
	}
	return nil
}

const objectionColumns = `SELECT id, notice, claim, code, text, contact, by_kind, by_id, due_day, state, answer, answered_name, answered_ms, created_ms
	FROM objection WHERE village = $1`

const (
	sqlObjection       = objectionColumns + ` AND id = $2`
	sqlObjectionByCode = objectionColumns + ` AND code = $2`
	sqlObjections      = objectionColumns + ` AND ($2 = '' OR state = $2) AND id < $3 ORDER BY id DESC LIMIT $4`
	sqlClaimObjections = objectionColumns + ` AND claim = $2 ORDER BY id`
)

func scanObjection(r store.Row) (Objection, error) {
	var o Objection
	err := r.Scan(&o.ID, &o.Notice, &o.Claim, &o.Code, &o.Text, &o.Contact, &o.ByKind, &o.ByID, &o.DueDay, &o.State,
		&o.Answer, &o.AnsweredBy, &o.AnsweredMs, &o.CreatedMs)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "claims.no_objection")
	}
	return o, err
}

func objectionByID(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (Objection, error) {
	return scanObjection(tx.Row(ctx, sqlObjection, village, id))
}

func (s *Service) objection(ctx context.Context, village core.Area, id core.ID) (o Objection, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = objectionByID(ctx, tx, village, id)
		return err
	})
	return o, err
}

// ObjectionByCode gives whoever has the reference number the objection's text and answer, and nothing else.
func (s *Service) ObjectionByCode(ctx context.Context, village core.Area, code string) (o Objection, err error) {
	if code = readCode(code); code == "" || strings.Trim(code, codeLetters) != "" { // PostgreSQL takes no NUL in a text
		return o, errs.New(errs.NotFound, "claims.no_objection")
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = scanObjection(tx.Row(ctx, sqlObjectionByCode, village, code))
		return err
	})
	o.Contact, o.ByID, o.AnsweredBy = "", 0, ""
	return o, err
}
