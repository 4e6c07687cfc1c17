package api

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/households"
)

// ChangeExport is the list of changes of households with its filter.
type ChangeExport struct {
	VillageExport
	State string `query:"state" enum:"proposed,done,withdrawn,undone"`
}

// changeExport is the trail of splits, mergers, moves and closings as an auditor goes through it.
func changeExport(s *server) exported[ChangeExport] {
	return exported[ChangeExport]{
		Path: "/villages/{village}/export/household-changes", Op: access.OpReadVillage, Name: "export.list.changes",
		Columns: columnsOf("export.column.", "at change state number head other other_head village base_moved points_moved line reason paper signed by decided_by decided"),
		Rows: func(ctx context.Context, by core.Actor, in *ChangeExport, say words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]households.Change, string, error) {
				return s.svc.Households.Changes(ctx, by, in.Village.Area, households.Filter{State: households.State(in.State)}, page)
			}, func(c households.Change) error {
				kind := say.of("households.kind.", string(c.Kind))
				if c.UndoesKind != "" {
					kind += " · " + say.of("households.kind.", string(c.UndoesKind))
				}
				other, head := c.Other.Number, c.Other.Head
				if c.Far.Village != 0 {
					other, head = c.Far.Number, c.FarHead()
				}
				signed := c.Signed
				if c.SignedOther != "" {
					signed += "、" + c.SignedOther
				}
				return add(moment(c.CreatedMs), kind, say.of("households.state.", string(c.State)), c.First.Number, c.First.Head, orBlank(other), head, c.Far.Name,
					c.Moved.Base, c.Moved.Spendable, orBlank(c.Voucher), c.Reason, c.Paper, signed, c.ByName, c.EndedName, moment(c.EndedMs))
			})
		},
	}
}

// FairnessExport is the fairness page of some months.
type FairnessExport struct {
	VillageExport
	SpanQuery
}

// fairnessExport writes the figures of the fairness page one a row, in the order of the page: what it is about, a name, a
// number and the number it is part of. It judges nothing either.
func fairnessExport(s *server) exported[FairnessExport] {
	return exported[FairnessExport]{
		Path: "/villages/{village}/export/fairness", Op: access.OpReadFairness, Name: "export.list.fairness",
		Columns: columnsOf("export.column.", "figure name count of_all points"),
		Rows: func(ctx context.Context, by core.Actor, in *FairnessExport, say words, add func(...any) error) error {
			f, err := s.svc.Reports.Fairness(ctx, by, in.Village.Area, in.span())
			if err != nil {
				return err
			}
			figure := func(key string) string { return say.text("export.fairness." + key) }
			rows := [][]any{
				{figure("months"), f.From.String() + "–" + f.To.String(), "", "", ""},
				{figure("cadre_households"), "", f.CadreHouseholds, f.Households, ""},
				{figure("cadre_points"), "", f.CadrePoints, f.Points, ""},
				{figure("quick"), "", f.Quick, f.Paced, ""},
				{figure("upheld"), "", f.Upheld, f.Objections, ""},
				{figure("nothing"), "", f.Nothing, f.Households, ""},
			}
			for _, p := range f.Pairs {
				submitter := p.By
				if submitter == "" {
					submitter = say.text("console.fairness.households")
				}
				rows = append(rows, []any{figure("pair"), submitter + " → " + p.Reviewer, p.N, f.Approvals, ""})
			}
			for _, r := range f.Rules {
				rows = append(rows, []any{figure("rule"), r.Rule + " " + say.either(r.TextZh, r.TextEn), r.Claims, "", r.Points})
			}
			for _, h := range f.ToVisit {
				rows = append(rows, []any{figure("to_visit"), h.Head, h.Number, "", ""})
			}
			for _, row := range rows {
				if err := add(row...); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
