package page

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/proof"
)

// noticePage is a public list, on a screen or as paper for the village board.
type noticePage struct {
	Frame
	place
	noticeHead
	Groups  []group
	Grouped bool // the village has groups
	Fixed   []claims.Correction
	Today   core.Day
	Soon    []claims.Expiring // points that expire soon, of the whole village
	SoonOf  int               // households
	Paper   string            // A4 or A3
	QR      template.HTML     // leads to this page
	Sealed  *proof.Note       // the newest checkpoint of the village's book; nil while there is none
	SealQR  template.HTML     // of the checkpoint
}

// group is a group's part of a list; Name is "" in a village without groups.
type group struct {
	Name  string
	Lines []line
}

// line is a line of a list as it is written. Everything in it is short: a list has up to 2,000 of them.
type line struct {
	No    int64
	Head  string
	Item  string
	Value string
	Minus bool   // a deduction
	Mark  string // "" for a line that simply stands
	State claims.State
	Told  []string // what became of objections to it
}

func (h *Handler) notice(q *request) error {
	place, n, lines, err := h.readNotice(q)
	if err != nil {
		return err
	}
	q.page.Title = noticeTitle(q.page, place, n)
	v := &noticePage{Frame: q.page, place: place, noticeHead: headOf(n, q.today()), Today: q.today()}
	v.fill(lines)
	if v.Fixed, err = h.svc.Claims.PublicCorrections(q.Context(), place.Village, n.ID); err != nil {
		return err
	}
	if v.Soon, v.SoonOf, err = h.svc.Claims.Warnings(q.Context(), place.Village, 0); err != nil {
		return err
	}
	switch q.URL.Query().Get("print") {
	case "a4":
		v.Paper = "A4"
	case "a3":
		v.Paper = "A3"
	default:
		return q.show("notice.html", v)
	}
	if v.QR, err = qr(q.origin() + noticePath(place.Village, n.ID)); err != nil {
		return err
	}
	c, err := h.svc.Ledger.CoverageOf(q.Context(), place.Village)
	if err != nil {
		return err
	}
	if c.Note != nil {
		v.Sealed, v.SealQR = c.Note, proofQR(q.origin()+checkPath(c.Note.Compact()))
	}
	return q.show("notice_print.html", v)
}

func (h *Handler) readNotice(q *request) (place, claims.Notice, []claims.PublicLine, error) {
	where, err := q.place()
	if err != nil {
		return where, claims.Notice{}, nil, err
	}
	id, err := q.id()
	if err != nil {
		return where, claims.Notice{}, nil, err
	}
	n, lines, err := h.svc.Claims.PublicNotice(q.Context(), where.Village, id)
	return where, n, lines, err
}

func noticePath(village core.Area, id core.ID) string {
	return "/p/" + village.String() + "/notice/" + id.String()
}

func noticeTitle(f Frame, at place, n claims.Notice) string {
	key := "page.notice.title"
	if n.Seq > 1 {
		key = "page.notice.title_more"
	}
	return f.T(key, "village", at.Short, "month", f.Month(n.Month), "n", n.Seq)
}

// fill puts the lines under their groups; they come in the order of the groups.
func (v *noticePage) fill(lines []claims.PublicLine) {
	for _, l := range lines {
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Name != l.Group {
			v.Groups = append(v.Groups, group{Name: l.Group})
			v.Grouped = v.Grouped || l.Group != ""
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Lines = append(g.Lines, v.told(v.line(l), l))
	}
}

func (f Frame) line(l claims.PublicLine) line {
	out := line{No: l.No, Head: l.Head, Item: f.Pick(l.ItemZh, l.ItemEn), Value: f.Signed(l.Points), Minus: l.Points < 0, State: l.State}
	if out.Item == "" {
		out.Item = f.Category(l.Category)
		if l.About != "" {
			out.Item = f.T("page.deduction_about", "deduction", out.Item, "category", f.Category(l.About))
		}
	}
	if l.State == claims.Frozen || l.State == claims.Dropped {
		out.Mark = f.T("page.notice.mark." + string(l.State))
	}
	return out
}

// told adds what became of the objections to a line: the answers, and until when an answer is due.
func (v *noticePage) told(out line, l claims.PublicLine) line {
	for _, a := range l.Answers {
		text := v.T("page.notice.answered", "outcome", v.T("page.notice.answer."+a.Outcome), "day", v.Day(a.Day))
		if a.Text != "" {
			text += "：" + a.Text
			if v.English() {
				text = strings.Replace(text, "：", ": ", 1)
			}
		}
		out.Told = append(out.Told, text)
	}
	if l.DueDay != 0 {
		key := "page.notice.due"
		if l.DueDay < v.Today {
			key = "page.notice.overdue"
		}
		out.Told = append(out.Told, v.T(key, "day", v.Day(l.DueDay)))
	}
	return out
}

// Item is what a correction is about.
func (v *noticePage) Item(c claims.Correction) string {
	if c.ItemZh == "" {
		return v.Category(c.Category)
	}
	return v.Pick(c.ItemZh, c.ItemEn)
}

// Days is how many whole days the list stays for objections.
func (v *noticePage) Days() int { return v.ToDay.Sub(v.FromDay) + 1 }

// Poster is the notice's page for printing.
func (v *noticePage) Poster() string { return v.with("print", "a4") }

// BigPoster is the same on the paper of a large board.
func (v *noticePage) BigPoster() string { return v.with("print", "a3") }

// manyLines is from how many lines on a list goes on A3 two lines side by side: a village of 400 households would need
// 28 sheets otherwise, and no board has room for them.
const manyLines = 100

// Across is how many lines of the list stand side by side on paper.
func (v *noticePage) Across() int {
	lines := 0
	for _, g := range v.Groups {
		lines += len(g.Lines)
	}
	if v.Paper == "A3" && lines > manyLines {
		return 2
	}
	return 1
}

// Halves has an element for each line that stands side by side with others.
func (v *noticePage) Halves() []struct{} { return make([]struct{}, v.Across()) }

// Each is how many columns a line takes.
func (v *noticePage) Each() int {
	if v.Grouped {
		return 5
	}
	return 4
}

// Columns is how many columns the paper's table has.
func (v *noticePage) Columns() int { return v.Each() * v.Across() }

// paperLine is a line with its group beside it.
type paperLine struct {
	line
	Group string
}

// Out is whether the line was taken off the list.
func (l paperLine) Out() bool { return l.State == claims.Dropped }

// Rows are the lines as they stand on paper, in the order of their numbers from left to right.
func (v *noticePage) Rows() [][]paperLine {
	var rows [][]paperLine
	across := v.Across()
	for _, g := range v.Groups {
		for _, l := range g.Lines {
			if len(rows) == 0 || len(rows[len(rows)-1]) == across {
				rows = append(rows, nil)
			}
			last := len(rows) - 1
			rows[last] = append(rows[last], paperLine{line: l, Group: g.Name})
		}
	}
	return rows
}

// Chat is where the text for a chat group is.
func (v *noticePage) Chat() string { return v.Link(noticePath(v.Village, v.ID) + "/chat") }

// Object is where the form for an objection to one line is.
func (v *noticePage) Object() string { return noticePath(v.Village, v.ID) + "/object" }

// objectionPage is the form for one line, and after it the receipt.
type objectionPage struct {
	Frame
	place
	noticeHead
	Line    line
	Group   string
	Claim   core.ID
	Problem string // why what was sent was not taken
	Text    string
	Contact string
	Receipt *claims.Objection
	Back    string
}

// objectionForm shows the line whose number was typed, so that nobody objects to the wrong one.
func (h *Handler) objectionForm(q *request) error {
	v, lines, err := h.objectionPage(q)
	if err != nil {
		return err
	}
	no, err := strconv.Atoi(q.URL.Query().Get("no"))
	if err != nil || no < 1 || no > len(lines) {
		return errs.New(errs.NotFound, "page.no_line", "most", len(lines))
	}
	v.take(lines[no-1])
	return q.show("object.html", v)
}

func (h *Handler) objectionPage(q *request) (*objectionPage, []claims.PublicLine, error) {
	place, n, lines, err := h.readNotice(q)
	if err != nil {
		return nil, nil, err
	}
	q.page.Title = q.page.T("page.object.title")
	return &objectionPage{Frame: q.page, place: place, noticeHead: headOf(n, q.today()), Back: q.page.Link(noticePath(place.Village, n.ID))}, lines, nil
}

func (v *objectionPage) take(l claims.PublicLine) {
	v.Line, v.Group, v.Claim = v.line(l), l.Group, l.Claim
}

const maxForm = 16 << 10

// object takes the form. It is open to everybody and nobody is signed in, so there is nothing a foreign page could abuse.
func (h *Handler) object(q *request) error {
	v, lines, err := h.objectionPage(q)
	if err != nil {
		return err
	}
	q.Body = http.MaxBytesReader(nil, q.Body, maxForm)
	if err := q.ParseForm(); err != nil {
		return errs.New(errs.Invalid, "input.body").Because(err)
	}
	claim, err := core.ParseID(q.PostForm.Get("claim"))
	if err != nil {
		return errs.New(errs.NotFound, "claims.no_claim")
	}
	for _, l := range lines {
		if l.Claim == claim {
			v.take(l)
		}
	}
	v.Text, v.Contact = q.PostForm.Get("text"), q.PostForm.Get("contact")
	receipt, err := h.svc.Claims.Object(q.Context(), core.Actor{From: q.from()}, v.Village,
		claims.Doubt{Notice: v.ID, Claim: claim, Text: v.Text, Contact: v.Contact, Device: q.UserAgent()})
	if e := errs.From(err); err != nil && e.Kind == errs.Invalid {
		q.code, v.Problem = http.StatusUnprocessableEntity, q.page.T("errors."+e.Code, pairsOf(e.Params)...)
		return q.show("object.html", v)
	}
	if err != nil {
		return err
	}
	v.Receipt = &receipt
	return q.show("object.html", v)
}

func pairsOf(params map[string]any) (pairs []any) {
	for name, value := range params {
		pairs = append(pairs, name, value)
	}
	return pairs
}

// statusPage answers whoever has a reference number.
type statusPage struct {
	Frame
	place
	Objection claims.Objection
	Back      string
}

func (h *Handler) objection(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	o, err := h.svc.Claims.ObjectionByCode(q.Context(), place.Village, q.URL.Query().Get("code"))
	if err != nil {
		return err
	}
	q.page.Title = q.page.T("page.objection.title")
	return q.show("objection.html", &statusPage{Frame: q.page, place: place, Objection: o, Back: q.page.Link("/p/" + place.Village.String())})
}

// Code writes a reference number in two halves, easier to copy by hand.
func (f Frame) Code(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + "-" + code[4:]
}

// SealDay is the day of a checkpoint.
func (v *noticePage) SealDay(ms int64) string { return v.Date(core.DayOf(ms)) }
