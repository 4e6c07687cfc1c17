package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/report"
)

const reportTag = "Reports"

// SpanQuery names the months of a report.
type SpanQuery struct {
	From core.Month `query:"from" doc:"yyyymm; leave out for January of the last month's year"`
	To   core.Month `query:"to" doc:"yyyymm; leave out for this month"`
}

func (q SpanQuery) span() report.Span { return report.Span{From: q.From, To: q.To} }

func (s *server) registerReport() {
	handle(s, spec{
		ID: "get-overview", Method: http.MethodGet, Path: "/areas/{area}/overview", Tag: reportTag, Op: access.OpReadReports,
		Summary: "An area's totals, and those of each of its parts in the order of the county's list",
		Detail:  "Claims, points and grants are of the months asked for; households, shops, stock, fund and liability are of now.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		SpanQuery
	}) (*report.Overview, error) {
		overview, err := s.svc.Reports.Overview(ctx, by, in.Area.Area, in.span())
		return &overview, err
	})
	handle(s, spec{
		ID: "get-trend", Method: http.MethodGet, Path: "/areas/{area}/trend", Tag: reportTag, Op: access.OpReadReports,
		Summary: "An area month by month", Detail: "At most 60 months; there are no pages.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InArea
		SpanQuery
	}) (*list[report.MonthRow], error) {
		rows, err := s.svc.Reports.Trend(ctx, by, in.Area.Area, in.span())
		return &list[report.MonthRow]{Items: rows}, err
	})
	handle(s, spec{
		ID: "get-attention", Method: http.MethodGet, Path: "/areas/{area}/attention", Tag: reportTag, Op: access.OpReadReports,
		Summary: "Villages that may need help, and with what, in the order of the county's list",
		Detail: "month_open: n claims wait in a month that should have been closed. objection_waiting: n lines are frozen by an open objection. " +
			"shop_short: n fen are missing to honour every point that can be spent. There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*list[report.Need], error) {
		needs, err := s.svc.Reports.Attention(ctx, by, in.Area.Area)
		return &list[report.Need]{Items: needs}, err
	})
}
