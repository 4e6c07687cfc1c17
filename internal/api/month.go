package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

const monthTag = "Month"

type noticeView struct {
	ID          core.ID     `json:"id"`
	Month       core.Month  `json:"month"`
	Seq         int64       `json:"seq" doc:"1 for the month's first list"`
	FromDay     core.Day    `json:"from_day" doc:"the day after it was published"`
	ToDay       core.Day    `json:"to_day" doc:"last day on which objections are taken"`
	Claims      int64       `json:"claims"`
	Points      core.Points `json:"points" doc:"deductions subtracted"`
	State       string      `json:"state" enum:"open,closed" doc:"closed once its lines are posted"`
	ByName      string      `json:"by_name"`
	PublishedMs int64       `json:"published_ms"`
}

func viewNotice(n claims.Notice) noticeView {
	v := noticeView{ID: n.ID, Month: n.Month, Seq: n.Seq, FromDay: n.FromDay, ToDay: n.ToDay, Claims: n.Claims, Points: n.Points,
		State: "open", ByName: n.ByName, PublishedMs: n.PublishedMs}
	if n.Closed {
		v.State = "closed"
	}
	return v
}

type categoryTotalView struct {
	Category   string      `json:"category"`
	N          int64       `json:"n"`
	Points     core.Points `json:"points"`
	LastPoints core.Points `json:"last_points" doc:"of the month before"`
}

type monthView struct {
	Month          core.Month             `json:"month"`
	Closed         bool                   `json:"closed"`
	ClosedMs       int64                  `json:"closed_ms" doc:"0 while open"`
	Today          core.Day               `json:"today"`
	Counts         map[claims.State]int64 `json:"counts" doc:"claims of the month by state; states without any are left out"`
	Notices        []noticeView           `json:"notices"`
	OpenObjections int64                  `json:"open_objections"`
	Overdue        int64                  `json:"overdue_objections" doc:"of them, those whose answer is overdue"`
	Blockers       []claims.Blocker       `json:"blockers" doc:"what stands between the month and its close, as problem codes"`
	ClosingAll     int64                  `json:"closing_all" doc:"claims of a close that is under way; 0 while none is"`
	ClosingDone    int64                  `json:"closing_done" doc:"of them, those in the book"`
	ClosingBy      string                 `json:"closing_by" doc:"who began it"`
	Skipped        bool                   `json:"skipped" doc:"a later month was closed, and nothing stood on this one"`
	Corrections    int64                  `json:"corrections" doc:"lines taken back that stand on no list yet"`
	SecondWaiting  int64                  `json:"second_waiting" doc:"of the submitted ones: approved once, waiting for a second person"`
	CanNotice      bool                   `json:"can_notice"`
	CanClose       bool                   `json:"can_close"`
	Totals         []categoryTotalView    `json:"totals"`
	Earned         core.Points            `json:"earned" doc:"approved, on a notice or posted"`
	Deducted       core.Points            `json:"deducted" doc:"as judged; what is really taken is known at the close"`
}

func viewMonth(m claims.MonthView) monthView {
	v := monthView{Month: m.Month, Today: m.Today, Counts: m.Counts, OpenObjections: m.OpenObjections, Overdue: m.Overdue, Blockers: m.Blockers,
		SecondWaiting: m.Second, CanNotice: m.CanNotice, CanClose: m.CanClose, Earned: m.Earned, Deducted: m.Deducted,
		ClosingAll: m.Steps.All, ClosingDone: m.Steps.Done, ClosingBy: m.Steps.ByName, Skipped: m.Skipped, Corrections: m.Corrections}
	if m.Closing != nil {
		v.Closed, v.ClosedMs = true, m.Closing.AtMs
	}
	for _, n := range m.Notices {
		v.Notices = append(v.Notices, viewNotice(n))
	}
	for _, t := range m.Totals {
		v.Totals = append(v.Totals, categoryTotalView(t))
	}
	return v
}

type closingView struct {
	Month    core.Month  `json:"month"`
	Claims   int64       `json:"claims" doc:"posted"`
	Points   core.Points `json:"points" doc:"earned"`
	Deducted core.Points `json:"deducted" doc:"base points really taken"`
	FirstNo  int64       `json:"first_no" doc:"lines in the book; 0 if there are none"`
	LastNo   int64       `json:"last_no"`
	AtMs     int64       `json:"at_ms"`
	Moved    int64       `json:"moved" doc:"claims that were not ready and went to the next month"`
}

func viewClosing(c ledger.Closing) closingView {
	return closingView{Month: c.Month, Claims: c.Claims, Points: c.Points, Deducted: c.Deducted, FirstNo: c.FirstNo, LastNo: c.LastNo, AtMs: c.AtMs, Moved: c.Moved}
}

type InMonth struct {
	InVillage
	Month core.Month `path:"month" doc:"yyyymm"`
}

func (s *server) registerMonth() {
	handle(s, spec{
		ID: "get-month", Method: http.MethodGet, Path: "/villages/{village}/months/{month}", Tag: monthTag, Op: access.OpReadVillage,
		Summary: "Where a month stands, and what stands between it and its close",
	}, func(ctx context.Context, by core.Actor, in *InMonth) (*monthView, error) {
		m, err := s.svc.Claims.Month(ctx, by, in.Village.Area, in.Month)
		return viewed(m, err, viewMonth)
	})
	handle(s, spec{
		ID: "publish-notice", Method: http.MethodPost, Path: "/villages/{village}/months/{month}/notice", Tag: monthTag, Op: access.OpPublishNotice,
		Status: http.StatusCreated, Seconds: 60, Summary: "Put the month's approved claims on a public list",
		Detail: "The day of publication does not count; objections are taken until the end of to_day.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InMonth
		Body struct {
			Days int `json:"days,omitempty" minimum:"0" maximum:"7" doc:"3 to 7; left out or 0 takes what the village's rules say"`
		}
	}) (*noticeView, error) {
		n, err := s.svc.Claims.PublishNotice(ctx, by, in.Village.Area, in.Month, in.Body.Days)
		return viewed(n, err, viewNotice)
	})
	handle(s, spec{
		ID: "close-month", Method: http.MethodPost, Path: "/villages/{village}/months/{month}/close", Tag: monthTag, Op: access.OpCloseMonth,
		Seconds: 120, Summary: "Post the whole month, once",
		Detail: "Claims that are not ready move to the next month. A second close gives the first answer and changes nothing.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InMonth
		Body struct{}
	}) (*closingView, error) {
		c, err := s.svc.Claims.Close(ctx, by, in.Village.Area, in.Month)
		return viewed(c, err, viewClosing)
	})
	s.registerObjections()
	s.registerCopies()
}

// Objections -------------------------------------------------------------------------------------------------------

type objectionView struct {
	ID           core.ID  `json:"id"`
	Notice       core.ID  `json:"notice"`
	Claim        core.ID  `json:"claim"`
	Code         string   `json:"code" doc:"reference number for whoever objected"`
	Text         string   `json:"text"`
	Contact      string   `json:"contact" doc:"shown to those who answer"`
	ByKind       string   `json:"by_kind" enum:",staff,card" doc:"'' for the public, staff for paper that was typed in"`
	DueDay       core.Day `json:"due_day"`
	State        string   `json:"state" enum:"open,upheld,dismissed"`
	Answer       string   `json:"answer"`
	AnsweredName string   `json:"answered_name"`
	AnsweredMs   int64    `json:"answered_ms"`
	CreatedMs    int64    `json:"created_ms"`
}

func viewObjection(o claims.Objection) objectionView {
	return objectionView{ID: o.ID, Notice: o.Notice, Claim: o.Claim, Code: o.Code, Text: o.Text, Contact: o.Contact, ByKind: string(o.ByKind),
		DueDay: o.DueDay, State: o.State, Answer: o.Answer, AnsweredName: o.AnsweredBy, AnsweredMs: o.AnsweredMs, CreatedMs: o.CreatedMs}
}

type doubtBody struct {
	Notice  core.ID `json:"notice"`
	Claim   core.ID `json:"claim"`
	Text    string  `json:"text" maxLength:"1000"`
	Contact string  `json:"contact,omitempty" maxLength:"60" doc:"how to reach whoever objects, if they wish"`
}

func (b doubtBody) doubt() claims.Doubt {
	return claims.Doubt{Notice: b.Notice, Claim: b.Claim, Text: b.Text, Contact: b.Contact}
}

type answerBody struct {
	Outcome string `json:"outcome" enum:"upheld,dismissed"`
	Answer  string `json:"answer" maxLength:"1000" doc:"whoever objected reads it"`
}

func (s *server) registerObjections() {
	handle(s, spec{
		ID: "list-objections", Method: http.MethodGet, Path: "/villages/{village}/objections", Tag: monthTag, Op: access.OpReadVillage,
		Summary: "Objections of a village, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		State string `query:"state" enum:"open,upheld,dismissed"`
	}) (*list[objectionView], error) {
		rows, next, err := s.svc.Claims.Objections(ctx, by, in.Village.Area, in.State, in.page())
		return listOf(rows, next, viewObjection), err
	})
	handle(s, spec{
		ID: "type-objection", Method: http.MethodPost, Path: "/villages/{village}/objections", Tag: monthTag, Op: access.OpObjectOnPaper,
		Status: http.StatusCreated, Summary: "Type in an objection that came on paper",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body doubtBody
	}) (*objectionView, error) {
		o, err := s.svc.Claims.Object(ctx, by, in.Village.Area, in.Body.doubt())
		return viewed(o, err, viewObjection)
	})
	handle(s, spec{
		ID: "answer-objection", Method: http.MethodPost, Path: "/villages/{village}/objections/{id}/answer", Tag: monthTag, Op: access.OpAnswerObjection,
		Summary: "Answer an objection",
		Detail:  "Upheld takes the line off the list; dismissed lets it stand. Never by whoever submitted or reviewed the claim.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body answerBody
	}) (*objectionView, error) {
		o, err := s.svc.Claims.AnswerObjection(ctx, by, in.Village.Area, in.ID.ID, claims.Answer{Outcome: in.Body.Outcome, Text: in.Body.Answer})
		return viewed(o, err, viewObjection)
	})
}
