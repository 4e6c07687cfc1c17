package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

const claimsTag = "Claims"

type claimRights struct {
	Approve  bool `json:"approve"`
	Return   bool `json:"return"`
	Reject   bool `json:"reject"`
	Withdraw bool `json:"withdraw"`
	Edit     bool `json:"edit" doc:"change and submit again"`
}

type ClaimView struct {
	ID                core.ID        `json:"id"`
	Household         core.ID        `json:"household"`
	Number            int64          `json:"number" doc:"of the household in the village's list"`
	GroupName         string         `json:"group_name"`
	Head              string         `json:"head"`
	Rule              string         `json:"rule"`
	RuleTextZh        string         `json:"rule_text_zh"`
	RuleTextEn        string         `json:"rule_text_en"`
	Category          string         `json:"category"`
	Day               core.Day       `json:"day" doc:"of the deed"`
	Month             core.Month     `json:"month" doc:"whose list it stands on; a late claim moves to the next"`
	Step              int64          `json:"step" doc:"index into the rule's scale; -1 without one"`
	Qty               int64          `json:"qty"`
	Points            core.Points    `json:"points" doc:"caps applied; below 0 for a deduction"`
	Asked             core.Points    `json:"asked" doc:"before caps"`
	Event             string         `json:"event"`
	Note              string         `json:"note"`
	Proof             string         `json:"proof"`
	PhotoURL          string         `json:"photo_url" doc:"'' if there is none"`
	State             claims.State   `json:"state" enum:"submitted,returned,withdrawn,approved,rejected,noticed,frozen,dropped,posted"`
	Source            claims.Source  `json:"source" enum:"card,clerk,sheet"`
	Sheet             core.ID        `json:"sheet"`
	ByKind            core.ActorKind `json:"by_kind"`
	ByName            string         `json:"by_name" doc:"'' for a household"`
	FirstReviewerName string         `json:"first_reviewer_name" doc:"who reviewed it first, where a second review is or was asked for; else ''"`
	ReviewerName      string         `json:"reviewer_name"`
	ReviewedMs        int64          `json:"reviewed_ms"`
	Reason            string         `json:"reason" doc:"of a return, a rejection or a line taken off the list"`
	Notice            core.ID        `json:"notice"`
	Line              int64          `json:"line" doc:"number in the book once posted; 0 for a deduction that found nothing to take"`
	Version           int64          `json:"version" doc:"of the rules it was judged by"`
	VersionNo         int64          `json:"version_no" doc:"counts changes; a review may name the one it saw"`
	CreatedMs         int64          `json:"created_ms"`
	Resident          core.ID        `json:"resident" doc:"whose deed it was, by a personal rule; '' for the household's"`
	ResidentName      string         `json:"resident_name" doc:"masked for a card"`
	WarnedDay         core.Day       `json:"warned_day" doc:"of the warning a deduction followed; 0 without one"`
	WarnedNo          string         `json:"warned_no"`
	WarnedWhat        string         `json:"warned_what" doc:"what was asked for"`
	Flags             []string       `json:"flags" doc:"own_household: the reader's; duplicate: same household, rule and day twice; cap: cut by a cap; relative: registered; same_phone: as the reader's household; same_group, same_surname: to look at twice; second: waits for a second review"`
	Can               claimRights    `json:"can" doc:"what the reader may do with it now"`
}

// viewClaim shows a claim to an actor; photos are fetched from below base.
func viewClaim(by core.Actor, base string) func(claims.Claim) ClaimView {
	return func(c claims.Claim) ClaimView {
		v := ClaimView{
			ID: c.ID, Household: c.Household, Number: c.Number, GroupName: c.Group, Head: c.Head, Rule: c.Rule, RuleTextZh: c.RuleZh,
			RuleTextEn: c.RuleEn, Category: c.Category, Day: c.Day, Month: c.Month, Step: c.Step, Qty: c.Qty, Points: c.Points,
			Asked: c.Asked, Event: c.Event, Note: c.Note, Proof: c.Proof, State: c.State, Source: c.Source, Sheet: c.Sheet,
			ByKind: c.ByKind, ByName: c.ByName, FirstReviewerName: c.FirstName, ReviewerName: c.ReviewedBy, ReviewedMs: c.ReviewedMs, Reason: c.Reason,
			Notice: c.Notice, Line: c.Line, Version: c.Version, VersionNo: c.Changes, CreatedMs: c.CreatedMs, Flags: []string{},
			Resident: c.Resident, ResidentName: c.Person, WarnedDay: c.Warned.Day, WarnedNo: c.Warned.No, WarnedWhat: c.Warned.What,
		}
		if by.Kind == core.CardActor {
			v.ResidentName = core.MaskName(c.Person)
		}
		if c.Photo != 0 {
			v.PhotoURL = base + "/files/" + c.Photo.String()
		}
		marks, can := c.Marks(by), c.Can(by)
		for _, m := range []struct {
			is   bool
			name string
		}{{marks.OwnHousehold, "own_household"}, {marks.Duplicate, "duplicate"}, {marks.Capped, "cap"}, {marks.Relative, "relative"}, {marks.SamePhone, "same_phone"},
			{marks.SameGroup, "same_group"}, {marks.SameSurname, "same_surname"}, {marks.Second, "second"}} {
			if m.is {
				v.Flags = append(v.Flags, m.name)
			}
		}
		v.Can = claimRights{Approve: can.Review, Return: can.Review, Reject: can.Review, Withdraw: can.Withdraw, Edit: can.Edit}
		return v
	}
}

// villageBase is the address below which a village's files are.
func villageBase(village core.Area) string { return prefix + "/villages/" + village.String() }

type capView struct {
	Period      rulebook.Period   `json:"period" doc:"'' for a rule without a cap"`
	Each        rulebook.Each     `json:"each" enum:"household,person"`
	Category    rulebook.Category `json:"category" doc:"of a cap on a whole category; '' for the rule's own"`
	LimitPoints core.Points       `json:"limit_points" doc:"0 for none"`
	LimitCount  int64             `json:"limit_count" doc:"0 for none"`
	UsedPoints  core.Points       `json:"used_points" doc:"by the household's other claims in the period"`
	UsedCount   int64             `json:"used_count"`
}

func viewCap(c claims.Cap) capView {
	if c.Each == "" { // no cap
		c.Each = rulebook.EachHousehold
	}
	return capView{Period: c.Period, Each: c.Each, Category: c.Category, LimitPoints: c.LimitPoints, LimitCount: c.LimitCount, UsedPoints: c.UsedPoints, UsedCount: c.UsedCount}
}

func viewCaps(caps []claims.Cap) []capView { return listOf(caps, "", viewCap).Items }

type claimStep struct {
	AtMs   int64  `json:"at_ms"`
	Action string `json:"action" enum:"submitted,first_approved,returned,withdrawn,approved,rejected,noticed,objected,upheld,dismissed,posted"`
	ByName string `json:"by_name" doc:"'' for a household and for the public"`
	Reason string `json:"reason" doc:"the reason, the objection or the answer"`
}

type claimDetail struct {
	ClaimView
	Cap     capView     `json:"cap" doc:"the tightest of caps"`
	Caps    []capView   `json:"caps" doc:"all that limit it"`
	History []claimStep `json:"history" doc:"oldest first"`
	Roll    *rollLine   `json:"roll,omitempty" doc:"of the gathering it was made of"`
	Marks   *markLine   `json:"marks,omitempty" doc:"of the appraisal it was made of"`
}

// DeedBody is a deed as a form gives it.
type DeedBody struct {
	Rule  string   `json:"rule" minLength:"1" maxLength:"8"`
	Day   core.Day `json:"day"`
	Qty   int64    `json:"qty,omitempty" minimum:"0" maximum:"1000000" doc:"times or units; left out or 0 is 1"`
	Step  *int64   `json:"step,omitempty" minimum:"-1" maximum:"100" doc:"index into the rule's scale; left out or -1 for a rule without one"`
	Event string   `json:"event,omitempty" maxLength:"60" doc:"names the meeting or award, for caps per event"`
	Note  string   `json:"note,omitempty" maxLength:"500"`
	Proof string   `json:"proof,omitempty" maxLength:"120" doc:"minutes number, record number …"`
	Photo core.ID  `json:"photo,omitempty" doc:"id of an uploaded file"`
	ClaimExtra
}

// ClaimExtra is what some rules ask for beside the deed. Exported, because huma passes over embedded types that are not.
type ClaimExtra struct {
	Resident   core.ID  `json:"resident,omitempty" doc:"whose deed it was, for a personal rule; left out takes the one who fits"`
	WarnedDay  core.Day `json:"warned_day,omitempty" doc:"of the warning before a deduction, where the rule asks for one"`
	WarnedNo   string   `json:"warned_no,omitempty" maxLength:"40" doc:"number of the warning's paper"`
	WarnedWhat string   `json:"warned_what,omitempty" maxLength:"120" doc:"what was asked for"`
}

func (e ClaimExtra) warning() claims.Warning {
	return claims.Warning{Day: e.WarnedDay, No: e.WarnedNo, What: e.WarnedWhat}
}

func (b DeedBody) deed(household core.ID) claims.Deed {
	return claims.Deed{Household: household, Rule: b.Rule, Day: b.Day, Qty: b.Qty, Step: stepOf(b.Step), Event: b.Event, Note: b.Note,
		Proof: b.Proof, Photo: b.Photo, Resident: b.Resident, Warned: b.warning()}
}

func stepOf(step *int64) int64 {
	if step == nil {
		return rulebook.NoStep
	}
	return *step
}

type staffDeedBody struct {
	Household core.ID `json:"household"`
	DeedBody
}

type resubmitBody struct {
	VersionNo int64    `json:"version_no,omitempty" doc:"the change the submitter saw; left out or 0 does not ask"`
	Day       core.Day `json:"day"`
	Qty       int64    `json:"qty,omitempty" minimum:"0" maximum:"1000000"`
	Step      *int64   `json:"step,omitempty" minimum:"-1" maximum:"100"`
	Event     string   `json:"event,omitempty" maxLength:"60" doc:"left out keeps it"`
	Note      string   `json:"note,omitempty" maxLength:"500"`
	Proof     string   `json:"proof,omitempty" maxLength:"120"`
	Photo     core.ID  `json:"photo,omitempty"`
	ClaimExtra
}

func (b resubmitBody) resubmission() claims.Resubmission {
	return claims.Resubmission{Changes: b.VersionNo, Day: b.Day, Qty: b.Qty, Step: stepOf(b.Step), Event: b.Event, Note: b.Note,
		Proof: b.Proof, Photo: b.Photo, Resident: b.Resident, Warned: b.warning()}
}

type judgementView struct {
	Points    core.Points `json:"points" doc:"0 if the caps leave nothing"`
	Asked     core.Points `json:"asked"`
	Version   int64       `json:"version"`
	Cap       capView     `json:"cap" doc:"that took the most; the rule's own if none took anything"`
	Caps      []capView   `json:"caps" doc:"all that limit the deed"`
	Duplicate bool        `json:"duplicate"`
	Twice     bool        `json:"twice" doc:"this very deed was claimed through another door: it would be refused"`
	Resident  core.ID     `json:"resident" doc:"whose deed it is taken for, by a personal rule"`
}

func viewJudgement(j claims.Judgement) judgementView {
	return judgementView{Points: j.Points, Asked: j.Asked, Version: j.Version, Cap: viewCap(j.Cap), Caps: viewCaps(j.Caps),
		Duplicate: j.Duplicate, Twice: j.Twice, Resident: j.Resident}
}

type claimantView struct {
	ID   core.ID `json:"id"`
	Name string  `json:"name" doc:"masked for a card"`
	Code string  `json:"code" doc:"why the rule does not take a deed of theirs; '' if it does"`
}

// ClaimantQuery says by which rule a resident is to be chosen.
type ClaimantQuery struct {
	Rule string   `query:"rule" required:"true" maxLength:"8"`
	Day  core.Day `query:"day" required:"true" doc:"of the deed"`
}

func viewClaimant(c claims.Claimant) claimantView { return claimantView(c) }

type ClaimQuery struct {
	PageQuery
	State     string     `query:"state" enum:"submitted,returned,withdrawn,approved,rejected,noticed,frozen,dropped,posted"`
	Month     core.Month `query:"month"`
	Household idParam    `query:"household"`
	Sheet     idParam    `query:"sheet" doc:"in the order of the paper"`
}

func (q ClaimQuery) filter() claims.Filter {
	return claims.Filter{State: claims.State(q.State), Month: q.Month, Household: q.Household.ID, Sheet: q.Sheet.ID}
}

func (s *server) registerClaims() {
	handle(s, spec{
		ID: "list-claims", Method: http.MethodGet, Path: "/villages/{village}/claims", Tag: claimsTag, Op: access.OpReadVillage,
		Summary: "Claims of a village",
		Detail:  "Submitted, returned, approved and frozen ones oldest first, ended and mixed lists newest first, a sheet's in the order of the paper.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ClaimQuery
	}) (*list[ClaimView], error) {
		rows, next, err := s.svc.Claims.Claims(ctx, by, in.Village.Area, in.filter(), in.page())
		return listOf(rows, next, viewClaim(by, villageBase(in.Village.Area))), err
	})
	handle(s, spec{
		ID: "get-claim", Method: http.MethodGet, Path: "/villages/{village}/claims/{id}", Tag: claimsTag, Op: access.OpReadVillage,
		Summary: "A claim with its cap, its history and what it was made of",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*claimDetail, error) {
		d, err := s.svc.Claims.Detail(ctx, by, in.Village.Area, in.ID.ID)
		v, err := viewed(d, err, viewDetail(by, villageBase(in.Village.Area)))
		if err != nil {
			return nil, err
		}
		return v, s.addOrigin(ctx, by, in.Village.Area, v)
	})
	s.registerSubmitting()
	s.registerReview()
	s.registerReviewing()
	s.registerSheets()
}

func viewDetail(by core.Actor, base string) func(claims.Detail) claimDetail {
	return func(d claims.Detail) claimDetail {
		v := claimDetail{ClaimView: viewClaim(by, base)(d.Claim), Cap: viewCap(d.Cap), Caps: viewCaps(d.Caps)}
		for _, e := range d.History {
			v.History = append(v.History, claimStep{AtMs: e.AtMs, Action: e.What, ByName: e.By, Reason: e.Text})
		}
		return v
	}
}

func (s *server) registerSubmitting() {
	handle(s, spec{
		ID: "submit-claim", Method: http.MethodPost, Path: "/villages/{village}/claims", Tag: claimsTag, Op: access.OpSubmitClaim,
		Status: http.StatusCreated, Summary: "Type in a claim for a household",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body staffDeedBody
	}) (*ClaimView, error) {
		c, err := s.svc.Claims.Submit(ctx, by, in.Village.Area, in.Body.deed(in.Body.Household))
		return viewed(c, err, viewClaim(by, villageBase(in.Village.Area)))
	})
	handle(s, spec{
		ID: "judge-claim", Method: http.MethodPost, Path: "/villages/{village}/claims/judge", Tag: claimsTag, Op: access.OpSubmitClaim,
		Summary: "What a deed would bring, without writing anything",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body staffDeedBody
	}) (*judgementView, error) {
		j, err := s.svc.Claims.Judge(ctx, by, in.Village.Area, in.Body.deed(in.Body.Household))
		return viewed(j, err, viewJudgement)
	})
	handle(s, spec{
		ID: "list-claimants", Method: http.MethodGet, Path: "/villages/{village}/households/{id}/claimants", Tag: claimsTag, Op: access.OpSubmitClaim,
		Summary: "Residents of a household whose deed it may have been, by a personal rule", Detail: "Empty for a rule of the household.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		ClaimantQuery
	}) (*list[claimantView], error) {
		rows, err := s.svc.Claims.Claimants(ctx, by, in.Village.Area, in.ID.ID, in.Rule, in.Day)
		return listOf(rows, "", viewClaimant), err
	})
	handle(s, spec{
		ID: "resubmit-claim", Method: http.MethodPost, Path: "/villages/{village}/claims/{id}/resubmit", Tag: claimsTag, Op: access.OpSubmitClaim,
		Summary: "Correct a returned claim and submit it again", Detail: "Only whoever submitted it may.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body resubmitBody
	}) (*ClaimView, error) {
		c, err := s.svc.Claims.Resubmit(ctx, by, in.Village.Area, in.ID.ID, in.Body.resubmission())
		return viewed(c, err, viewClaim(by, villageBase(in.Village.Area)))
	})
	handle(s, spec{
		ID: "withdraw-claim", Method: http.MethodPost, Path: "/villages/{village}/claims/{id}/withdraw", Tag: claimsTag, Op: access.OpSubmitClaim,
		Summary: "Take back a claim that nobody has decided yet", Detail: "Only whoever submitted it may.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct{}
	}) (*ClaimView, error) {
		c, err := s.svc.Claims.Withdraw(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(c, err, viewClaim(by, villageBase(in.Village.Area)))
	})
}
