package api

import (
	"context"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/report"
)

// OverviewExport is an area's figures with the months they are of.
type OverviewExport struct {
	AreaExport
	SpanQuery
}

// categories are the categories whose points an overview shows, in the order of the rules.
var categories = []string{"council", "environment", "harmony", "customs", "volunteer", "honour", "industry"}

func overviewExport(s *server) exported[OverviewExport] {
	columns := columnsOf("export.column.", "area_code area villages households active_households residents claims_submitted claims_posted earned")
	columns = append(columns, columnsOf("rules.category.", strings.Join(categories, " "))...)
	columns = append(columns, columnsOf("export.column.", "deducted redemptions redeemed shops_open granted fund stock_cost liability_points liability closed_villages")...)
	return exported[OverviewExport]{
		Path: "/areas/{area}/export/overview", Op: access.OpReadReports, Name: "export.list.overview", Columns: columns,
		Rows: func(ctx context.Context, by core.Actor, in *OverviewExport, say words, add func(...any) error) error {
			overview, err := s.svc.Reports.Overview(ctx, by, in.Area.Area, in.span())
			if err != nil {
				return err
			}
			for _, row := range append(overview.Children, overview.Totals) { // the sum stands last, as on paper
				if err := add(overviewCells(row)...); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func overviewCells(r report.Row) []any {
	submitted := int64(0)
	for _, n := range r.Claims {
		submitted += n
	}
	cells := []any{r.Area, r.Name, r.Villages, r.Households, r.ActiveHouseholds, r.Residents, submitted, r.Claims["posted"], r.Earned}
	for _, c := range categories {
		cells = append(cells, r.ByCategory[c])
	}
	return append(cells, r.Deducted, r.Redemptions, r.Redeemed, r.ShopsOpen, r.Granted, r.Fund, r.Stock, r.LiabilityPoints, r.Liability, r.ClosedVillages)
}

// AuditExport is the audit trail with its filters.
type AuditExport struct {
	AreaExport
	AuditQuery
}

func auditExport(s *server) exported[AuditExport] {
	return exported[AuditExport]{
		Path: "/areas/{area}/export/audit", Op: access.OpReadAudit, Name: "export.list.audit",
		Columns: columnsOf("export.column.", "at area_code actor_kind actor action subject subject_id before after from request"),
		Rows: func(ctx context.Context, by core.Actor, in *AuditExport, say words, add func(...any) error) error {
			if err := access.Require(by, access.OpReadAudit, in.Area.Area); err != nil {
				return err
			}
			return audit.Each(ctx, s.svc.Store.View, in.Area.Area, in.filter(), func(r audit.Record) error {
				return add(moment(r.AtMs), r.Area, say.of("export.actor.", string(r.ActorKind)), r.ActorName, r.Action, r.Subject, r.SubjectID, r.Before, r.After, r.From, r.Request)
			})
		},
	}
}

// StaffExport is the list of accounts with its filter.
type StaffExport struct {
	AreaExport
	Q string `query:"q" maxLength:"40" doc:"part of a login or name"`
}

func staffExport(s *server) exported[StaffExport] {
	return exported[StaffExport]{
		Path: "/areas/{area}/export/staff", Op: access.OpManageStaff, Name: "export.list.staff",
		Columns: columnsOf("export.column.", "login person roles state totp created"),
		Rows: func(ctx context.Context, by core.Actor, in *StaffExport, say words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]access.Staff, string, error) {
				return s.svc.Access.ListStaff(ctx, by, access.StaffFilter{Area: in.Area.Area, Query: in.Q}, page)
			}, func(staff access.Staff) error {
				names, err := s.svc.Access.AreaNames(ctx, staff.Grants)
				if err != nil {
					return err
				}
				roles := make([]string, len(names))
				for i, g := range staff.Grants {
					roles[i] = names[i] + " " + say.of("export.role.", string(g.Role))
				}
				return add(staff.Login, staff.Name, strings.Join(roles, ", "), say.of("export.staff.", staff.State), say.yesNo(staff.TotpOn), moment(staff.CreatedMs))
			})
		},
	}
}
