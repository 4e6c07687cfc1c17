package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/report"
)

type reviewingView struct {
	Percent      int64       `json:"percent" doc:"set for this area itself"`
	Above        core.Points `json:"above" doc:"0 for none"`
	ByName       string      `json:"by_name" doc:"'' while nothing is set"`
	HoldsPercent int64       `json:"holds_percent" doc:"the strictest of this area and those above it"`
	HoldsAbove   core.Points `json:"holds_above"`
}

type reviewingBody struct {
	Percent int64       `json:"percent" minimum:"0" maximum:"100" doc:"of all claims, drawn by lot"`
	Above   core.Points `json:"above" minimum:"0" maximum:"100000" doc:"and every claim of more points; 0 for none"`
}

type kinBody struct {
	Household core.ID  `json:"household"`
	Other     core.ID  `json:"other,omitempty" doc:"another household of the village; or"`
	Staff     core.ID  `json:"staff,omitempty" doc:"somebody who reviews in the village"`
	Relation  string   `json:"relation" enum:"spouse,parent,child,sibling,inlaw,other"`
	FromDay   core.Day `json:"from_day"`
}

type kinView struct {
	ID        core.ID  `json:"id"`
	Number    int64    `json:"number"`
	Head      string   `json:"head"`
	OtherNo   int64    `json:"other_number" doc:"0 for staff"`
	OtherHead string   `json:"other_head"`
	StaffName string   `json:"staff_name" doc:"'' for a household"`
	Relation  string   `json:"relation" enum:"spouse,parent,child,sibling,inlaw,other"`
	FromDay   core.Day `json:"from_day"`
	UntilDay  core.Day `json:"until_day" doc:"last day; 0 while it lasts"`
	ByName    string   `json:"by_name"`
}

type colleagueView struct {
	ID   core.ID   `json:"id"`
	Name string    `json:"name"`
	Role core.Role `json:"role"`
}

type kinList struct {
	Items  []kinView       `json:"items"`
	Next   string          `json:"next"`
	People []colleagueView `json:"people" doc:"who reviews in the village"`
}

type idView struct {
	ID core.ID `json:"id"`
}

func (s *server) registerReviewing() {
	handle(s, spec{
		ID: "get-reviewing", Method: http.MethodGet, Path: "/areas/{area}/reviewing", Tag: claimsTag, Op: access.OpReadReports,
		Summary: "How many claims a second person reviews",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*reviewingView, error) {
		own, holds, err := s.svc.Claims.Reviewing(ctx, by, in.Area.Area)
		return &reviewingView{Percent: own.Percent, Above: own.Above, ByName: own.ByName, HoldsPercent: holds.Percent, HoldsAbove: holds.Above}, err
	})
	handle(s, spec{
		ID: "set-reviewing", Method: http.MethodPut, Path: "/areas/{area}/reviewing", Tag: claimsTag, Op: access.OpSetReviewing,
		Summary: "Set how many claims a second person reviews", Detail: "The strictest of county, township and village holds.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		Body reviewingBody
	}) (*none, error) {
		return nil, s.svc.Claims.SetReviewing(ctx, by, in.Area.Area, claims.Reviewing{Percent: in.Body.Percent, Above: in.Body.Above})
	})
	handle(s, spec{
		ID: "list-kin", Method: http.MethodGet, Path: "/villages/{village}/kin", Tag: claimsTag, Op: access.OpReadVillage,
		Summary: "Registered relatives, newest first, and who reviews in the village",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*kinList, error) {
		rows, people, next, err := s.svc.Claims.Kin(ctx, by, in.Village.Area, in.page())
		out := &kinList{Next: next}
		for _, k := range rows {
			out.Items = append(out.Items, kinView{ID: k.ID, Number: k.Number, Head: k.Head, OtherNo: k.OtherNo, OtherHead: k.OtherHead,
				StaffName: k.StaffName, Relation: k.Relation, FromDay: k.FromDay, UntilDay: k.UntilDay, ByName: k.ByName})
		}
		for _, p := range people {
			out.People = append(out.People, colleagueView(p))
		}
		return out, err
	})
	handle(s, spec{
		ID: "add-kin", Method: http.MethodPost, Path: "/villages/{village}/kin", Tag: claimsTag, Op: access.OpRegisterKin,
		Status: http.StatusCreated, Summary: "Register relatives: neither reviews the other's claims from that day on",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body kinBody
	}) (*idView, error) {
		id, err := s.svc.Claims.AddKin(ctx, by, in.Village.Area, claims.Kin{Household: in.Body.Household, Other: in.Body.Other,
			Staff: in.Body.Staff, Relation: in.Body.Relation, FromDay: in.Body.FromDay})
		return &idView{ID: id}, err
	})
	handle(s, spec{
		ID: "end-kin", Method: http.MethodPost, Path: "/villages/{village}/kin/{id}/end", Tag: claimsTag, Op: access.OpRegisterKin,
		Summary: "End a relation; yesterday was its last day",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct{}
	}) (*none, error) {
		return nil, s.svc.Claims.EndKin(ctx, by, in.Village.Area, in.ID.ID)
	})
}

func (s *server) registerOversight() {
	handle(s, spec{
		ID: "get-review-queues", Method: http.MethodGet, Path: "/areas/{area}/review-queues", Tag: claimsTag, Op: access.OpReadReports,
		Summary: "Villages where claims wait for review, in the order of the county's list", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*list[report.Queue], error) {
		rows, err := s.svc.Reports.Queues(ctx, by, in.Area.Area)
		return &list[report.Queue]{Items: rows}, err
	})
	handle(s, spec{
		ID: "get-reviewers", Method: http.MethodGet, Path: "/villages/{village}/reviewers", Tag: reportTag, Op: access.OpReadReviewers,
		Summary: "What reviewers decided: the township sees everybody's, a reviewer their own",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		SpanQuery
	}) (*report.Reviewers, error) {
		out, err := s.svc.Reports.Reviewers(ctx, by, in.Village.Area, in.span())
		return &out, err
	})
	handle(s, spec{
		ID: "get-fairness", Method: http.MethodGet, Path: "/villages/{village}/fairness", Tag: reportTag, Op: access.OpReadFairness,
		Summary: "Figures of who gets points and who approves them", Detail: "They are reasons to ask, and no verdict.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		SpanQuery
	}) (*report.Fairness, error) {
		out, err := s.svc.Reports.Fairness(ctx, by, in.Village.Area, in.span())
		return &out, err
	})
	handle(s, spec{
		ID: "get-burden", Method: http.MethodGet, Path: "/areas/{area}/burden", Tag: reportTag, Op: access.OpReadReports,
		Summary: "What the system made an area type in a month, and what it did not",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		Month core.Month `query:"month" doc:"yyyymm; leave out for this month"`
	}) (*report.Burden, error) {
		out, err := s.svc.Reports.Burden(ctx, by, in.Area.Area, in.Month)
		return &out, err
	})
}
