package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/core"
)

const appraisalsTag = "Monthly appraisal"

type raterBody struct {
	Name      string  `json:"name" minLength:"1" maxLength:"30"`
	Household core.ID `json:"household,omitempty" doc:"the rater's own, which the rater does not mark; left out if it is not of the village"`
}

type appraisalBody struct {
	Rule   string      `json:"rule" minLength:"1" maxLength:"8" doc:"of the kind appraisal"`
	Month  core.Month  `json:"month"`
	Day    core.Day    `json:"day" doc:"of the claims, in the month"`
	Title  string      `json:"title" minLength:"1" maxLength:"40"`
	Raters []raterBody `json:"raters" doc:"3 to 13, an odd number, in the order of the paper"`
}

func (b appraisalBody) plan() appraisal.Plan {
	p := appraisal.Plan{Rule: b.Rule, Month: b.Month, Day: b.Day, Title: b.Title}
	for _, r := range b.Raters {
		p.Raters = append(p.Raters, appraisal.Rater{Name: r.Name, Household: r.Household})
	}
	return p
}

type raterView struct {
	No        int64   `json:"no"`
	Name      string  `json:"name"`
	Household core.ID `json:"household" doc:"'' if it is not of the village"`
	Number    int64   `json:"number" doc:"of the household"`
}

type gradeView struct {
	Mark    int64       `json:"mark" doc:"what a rater writes; 1 is the lowest grade, 0 is none"`
	Step    int64       `json:"step" doc:"of the rule's scale, -1 for a rule without one"`
	LabelZh string      `json:"label_zh"`
	LabelEn string      `json:"label_en"`
	Points  core.Points `json:"points"`
}

type appraisalView struct {
	ID          core.ID          `json:"id"`
	Rule        string           `json:"rule"`
	TextZh      string           `json:"text_zh"`
	TextEn      string           `json:"text_en"`
	Month       core.Month       `json:"month"`
	Day         core.Day         `json:"day"`
	Title       string           `json:"title"`
	Method      appraisal.Method `json:"method" enum:"median,trimmed"`
	State       appraisal.State  `json:"state" enum:"open,claimed,cancelled"`
	Reason      string           `json:"reason" doc:"of a cancellation"`
	Raters      []raterView      `json:"raters"`
	Grades      []gradeView      `json:"grades" doc:"the lowest first"`
	Marked      int64            `json:"marked" doc:"marks"`
	ByName      string           `json:"by_name"`
	ClaimedName string           `json:"claimed_name"`
	ClaimedMs   int64            `json:"claimed_ms" doc:"0 until its claims are made"`
	CreatedMs   int64            `json:"created_ms"`
	Sheets      []core.ID        `json:"sheets" doc:"of claims"`
	Claims      int64            `json:"claims"`
	Points      core.Points      `json:"points"`
}

func viewAppraisal(a appraisal.Appraisal) appraisalView {
	v := appraisalView{ID: a.ID, Rule: a.Rule, TextZh: a.Text.TextZh, TextEn: a.Text.TextEn, Month: a.Month, Day: a.Day, Title: a.Title, Method: a.Method,
		State: a.State, Reason: a.Reason, Marked: a.Marked, ByName: a.ByName, ClaimedName: a.ClaimedName, ClaimedMs: a.ClaimedMs, CreatedMs: a.CreatedMs,
		Sheets: a.Sheets, Claims: a.Claims, Points: a.Points}
	for _, r := range a.Raters {
		v.Raters = append(v.Raters, raterView(r))
	}
	for _, g := range a.Grades {
		v.Grades = append(v.Grades, gradeView(g))
	}
	return v
}

type ratedView struct {
	Household core.ID     `json:"household"`
	Number    int64       `json:"number"`
	GroupName string      `json:"group_name"`
	Head      string      `json:"head"`
	Closed    bool        `json:"closed"`
	Marks     []int64     `json:"marks" doc:"of each rater in order; -1 where there is none"`
	Own       int64       `json:"own" doc:"number of the rater whose own household it is; 0 for nobody"`
	Given     int64       `json:"given" doc:"marks that count"`
	Grade     int64       `json:"grade" doc:"-1 while there are fewer than three marks"`
	Far       []int64     `json:"far" doc:"numbers of the raters whose mark lies two grades or more from the median"`
	Points    core.Points `json:"points"`
	Asked     core.Points `json:"asked" doc:"before caps"`
	Code      string      `json:"code" doc:"why there is no claim; '' if nothing stands against one"`
}

func viewRated(l appraisal.Line) ratedView {
	return ratedView{Household: l.Household, Number: l.Number, GroupName: l.Group, Head: l.Head, Closed: l.Closed, Marks: l.Marks, Own: l.Own, Given: l.Given,
		Grade: l.Grade, Far: l.Far, Points: l.Points, Asked: l.Asked, Code: l.Code}
}

type ratingBody struct {
	Household core.ID `json:"household"`
	Mark      int64   `json:"mark" minimum:"-1" maximum:"100" doc:"0 is no grade, 1 the lowest …; -1 takes the mark away"`
}

type ratingsBody struct {
	Rater int64        `json:"rater" minimum:"1" maximum:"13"`
	Marks []ratingBody `json:"marks" minItems:"1" maxItems:"500"`
}

type appraisalOutcome struct {
	Made   bool        `json:"made"`
	Sheets []core.ID   `json:"sheets"`
	Claims int64       `json:"claims"`
	Points core.Points `json:"points"`
	Rows   []ratedView `json:"rows" doc:"in a dry run all that bring something or were left out; afterwards those left out"`
}

func viewAppraisalOutcome(o appraisal.Outcome) appraisalOutcome {
	v := appraisalOutcome{Made: o.Made, Sheets: o.Sheets, Claims: o.Claims, Points: o.Points}
	for _, l := range o.Lines {
		v.Rows = append(v.Rows, viewRated(l))
	}
	return v
}

type wayView struct {
	Method    appraisal.Method `json:"method" enum:"median,trimmed"`
	MinutesNo string           `json:"minutes_no" doc:"of the meeting that chose it"`
	ByName    string           `json:"by_name"`
	ChangedMs int64            `json:"changed_ms" doc:"0 while the village has chosen nothing"`
}

func viewWay(w appraisal.Way) wayView { return wayView(w) }

func (s *server) registerAppraisals() {
	const base = "/villages/{village}/appraisals"
	handle(s, spec{
		ID: "list-appraisals", Method: http.MethodGet, Path: base, Tag: appraisalsTag, Op: access.OpReadVillage,
		Summary: "Monthly appraisals of a village, the latest month first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[appraisalView], error) {
		rows, next, err := s.svc.Appraisals.Appraisals(ctx, by, in.Village.Area, in.page())
		return listOf(rows, next, viewAppraisal), err
	})
	handle(s, spec{
		ID: "open-appraisal", Method: http.MethodPost, Path: base, Tag: appraisalsTag, Op: access.OpHoldAppraisal, Status: http.StatusCreated,
		Summary: "Open a month's appraisal by a group of raters", Detail: "One for each rule and month; a cancelled one does not count.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body appraisalBody
	}) (*appraisalView, error) {
		a, err := s.svc.Appraisals.Open(ctx, by, in.Village.Area, in.Body.plan())
		return viewed(a, err, viewAppraisal)
	})
	handle(s, spec{
		ID: "get-appraisal-way", Method: http.MethodGet, Path: "/villages/{village}/appraisal-way", Tag: appraisalsTag, Op: access.OpReadVillage,
		Summary: "How the village makes one grade of several marks",
	}, func(ctx context.Context, by core.Actor, in *struct{ InVillage }) (*wayView, error) {
		w, err := s.svc.Appraisals.Way(ctx, by, in.Village.Area)
		return viewed(w, err, viewWay)
	})
	handle(s, spec{
		ID: "choose-appraisal-way", Method: http.MethodPut, Path: "/villages/{village}/appraisal-way", Tag: appraisalsTag, Op: access.OpAdoptRules,
		Summary: "Record how the village voted to make one grade of several marks", Detail: "Appraisals that are open keep their way.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Method    appraisal.Method `json:"method" enum:"median,trimmed"`
			MinutesNo string           `json:"minutes_no" minLength:"1" maxLength:"60"`
		}
	}) (*wayView, error) {
		w, err := s.svc.Appraisals.ChooseWay(ctx, by, in.Village.Area, in.Body.Method, in.Body.MinutesNo)
		return viewed(w, err, viewWay)
	})
	s.registerRating(base + "/{id}")
}

func (s *server) registerRating(base string) {
	handle(s, spec{
		ID: "get-appraisal", Method: http.MethodGet, Path: base, Tag: appraisalsTag, Op: access.OpReadVillage,
		Summary: "A monthly appraisal",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*appraisalView, error) {
		a, err := s.svc.Appraisals.Appraisal(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(a, err, viewAppraisal)
	})
	handle(s, spec{
		ID: "get-appraisal-marks", Method: http.MethodGet, Path: base + "/marks", Tag: appraisalsTag, Op: access.OpReadMarks,
		Summary: "All households in the order of the paper, with each rater's marks and what they come to", Detail: "All of it; there are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*list[ratedView], error) {
		_, lines, err := s.svc.Appraisals.Marks(ctx, by, in.Village.Area, in.ID.ID)
		return listOf(lines, "", viewRated), err
	})
	handle(s, spec{
		ID: "put-appraisal-marks", Method: http.MethodPut, Path: base + "/marks", Tag: appraisalsTag, Op: access.OpHoldAppraisal,
		Summary: "Type in marks of one rater", Detail: "Each replaces the rater's earlier one for the household and may be sent again; one that cannot be stops no other.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body ratingsBody
	}) (*marksAnswer, error) {
		marks := make([]appraisal.Mark, len(in.Body.Marks))
		for i, m := range in.Body.Marks {
			marks[i] = appraisal.Mark(m)
		}
		refused, err := s.svc.Appraisals.Mark(ctx, by, in.Village.Area, in.ID.ID, in.Body.Rater, marks)
		answer := marksAnswer{}
		for _, r := range refused {
			answer.Refused = append(answer.Refused, refusedMark(r))
		}
		return &answer, err
	})
	handle(s, spec{
		ID: "cancel-appraisal", Method: http.MethodPost, Path: base + "/cancel", Tag: appraisalsTag, Op: access.OpHoldAppraisal,
		Summary: "Cancel an appraisal that makes no claims",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Reason string `json:"reason" minLength:"1" maxLength:"300"`
		}
	}) (*appraisalView, error) {
		a, err := s.svc.Appraisals.Cancel(ctx, by, in.Village.Area, in.ID.ID, in.Body.Reason)
		return viewed(a, err, viewAppraisal)
	})
	handle(s, spec{
		ID: "claim-appraisal", Method: http.MethodPost, Path: base + "/claims", Tag: appraisalsTag, Op: access.OpHoldAppraisal, Seconds: 60,
		Summary: "Make the claims of all households with a grade",
		Detail:  "Once: a second time gives what was made. Caps are applied. With dry=true nothing is written.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Dry bool `query:"dry" doc:"only judge"`
	}) (*appraisalOutcome, error) {
		act := s.svc.Appraisals.MakeClaims
		if in.Dry {
			act = s.svc.Appraisals.TryClaims
		}
		out, err := act(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(out, err, viewAppraisalOutcome)
	})
}
