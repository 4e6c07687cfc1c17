package api

import (
	"context"
	"fmt"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/directory/entry"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
)

// columnsOf makes keys of headings under a prefix.
func columnsOf(prefix string, names string) (keys []string) {
	for _, name := range strings.Fields(names) {
		keys = append(keys, prefix+name)
	}
	return keys
}

// HouseholdExport is the list of households with its filters.
type HouseholdExport struct {
	VillageExport
	HouseholdQuery
}

// householdExport writes one row a person in the columns of the import's template, so that the workbook can be corrected
// and brought in again. Telephone and identity numbers show their tails; an import reads those as nothing said.
func householdExport(s *server) exported[HouseholdExport] {
	var columns []string
	for _, c := range entry.Columns() {
		columns = append(columns, "import.column."+string(c))
	}
	return exported[HouseholdExport]{
		Path: "/villages/{village}/export/households", Op: access.OpReadVillage, Name: "export.list.households", Columns: columns,
		Rows: func(ctx context.Context, by core.Actor, in *HouseholdExport, say words, add func(...any) error) error {
			village, err := s.svc.Directory.Area(ctx, in.Village.Area)
			if err != nil {
				return err
			}
			township, err := s.svc.Directory.Area(ctx, village.Parent)
			if err != nil {
				return err
			}
			place := []any{village.Code, township.Name, village.Short}
			return eachPage(ctx, func(page core.Page) ([]directory.Household, string, error) {
				return s.svc.Directory.Households(ctx, by, in.Village.Area, in.filter(), page)
			}, func(h directory.Household) error {
				residents, err := s.svc.Directory.Residents(ctx, by, in.Village.Area, h.ID)
				if err != nil {
					return err
				}
				for _, r := range residents {
					if r.State != directory.Active {
						continue
					}
					if err := add(append(append([]any{}, place...), residentCells(h, r, say)...)...); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func residentCells(h directory.Household, r directory.Resident, say words) []any {
	born, phone, id := "", "", ""
	if r.BirthYear != 0 {
		born = fmt.Sprint(r.BirthYear)
	}
	if tail := r.PhoneTail(); tail != "" {
		phone = "*******" + tail
	}
	if r.IDLast4 != "" {
		id = strings.Repeat("*", 14) + r.IDLast4
	}
	return []any{h.GroupName, h.Number, h.Head, r.Name, say.of("import.relation.", r.Relation), say.of("import.sex.", r.Sex), born, phone, id,
		say.yesNo(r.Party), say.yesNo(h.Cadre), say.of("import.state.", h.State)}
}

// ClaimExport is the list of claims with its filters.
type ClaimExport struct {
	VillageExport
	State     string     `query:"state" maxLength:"20"`
	Month     core.Month `query:"month"`
	Household idParam    `query:"household"`
	Sheet     idParam    `query:"sheet"`
}

func claimExport(s *server) exported[ClaimExport] {
	return exported[ClaimExport]{
		Path: "/villages/{village}/export/claims", Op: access.OpReadVillage, Name: "export.list.claims",
		Columns: columnsOf("export.column.", "day month number group head rule rule_text category qty points asked state source by reviewer reviewed reason note proof line"),
		Rows: func(ctx context.Context, by core.Actor, in *ClaimExport, say words, add func(...any) error) error {
			filter := claims.Filter{State: claims.State(in.State), Month: in.Month, Household: in.Household.ID, Sheet: in.Sheet.ID}
			return eachPage(ctx, func(page core.Page) ([]claims.Claim, string, error) {
				return s.svc.Claims.Claims(ctx, by, in.Village.Area, filter, page)
			}, func(c claims.Claim) error {
				return add(c.Day, c.Month, c.Number, c.Group, c.Head, c.Rule, say.either(c.RuleZh, c.RuleEn), say.of("rules.category.", c.Category), c.Qty, c.Points,
					c.Asked, say.of("export.claim.", string(c.State)), say.of("export.source.", string(c.Source)), c.ByName, c.ReviewedBy, moment(c.ReviewedMs), c.Reason,
					c.Note, c.Proof, orBlank(c.Line))
			})
		},
	}
}

// LineExport is the village's book, or one household's part of it.
type LineExport struct {
	VillageExport
	Household idParam `query:"household" doc:"only this household's lines"`
}

func lineExport(s *server) exported[LineExport] {
	return exported[LineExport]{
		Path: "/villages/{village}/export/lines", Op: access.OpReadVillage, Name: "export.list.lines",
		Columns: columnsOf("export.column.", "no voucher day at kind category debit credit number head points yuan memo by recorded_by reviewer reverses reversed_by"),
		Rows: func(ctx context.Context, by core.Actor, in *LineExport, say words, add func(...any) error) error {
			return eachPage(ctx, func(page core.Page) ([]ledger.BookLine, string, error) {
				if in.Household.ID != 0 {
					return s.svc.Ledger.HouseholdLines(ctx, by, in.Village.Area, in.Household.ID, page)
				}
				return s.svc.Ledger.Lines(ctx, by, in.Village.Area, page)
			}, func(l ledger.BookLine) error {
				if l.Withheld {
					return add(l.No, l.Voucher, l.Day, moment(l.AtMs), say.of("book.kind.", withheld), "", "", "", "", "", "", "", "", "", "", "", "", "")
				}
				var points, yuan any = core.Points(l.Amount), ""
				if l.Debit.Unit() == ledger.InFen {
					points, yuan = "", core.Fen(l.Amount)
				}
				return add(l.No, l.Voucher, l.Day, moment(l.AtMs), say.of("book.kind.", l.Kind.String()), say.of("rules.category.", l.Category),
					say.of("book.account.", l.Debit.String()), say.of("book.account.", l.Credit.String()), orBlank(l.Number), l.Head, points, yuan,
					say.either(l.MemoZh, l.MemoEn), l.PostedBy, l.RecordedBy, l.ReviewedBy, orBlank(l.Reverses), orBlank(l.ReversedBy))
			})
		},
	}
}

// orBlank shows a number that is 0 for "none" as an empty cell.
func orBlank(n int64) any {
	if n == 0 {
		return ""
	}
	return n
}

// RedemptionExport is the list of redemptions with its filters.
type RedemptionExport struct {
	VillageExport
	Day       core.Day `query:"day"`
	Household idParam  `query:"household"`
}

func redemptionExport(s *server) exported[RedemptionExport] {
	return exported[RedemptionExport]{
		Path: "/villages/{village}/export/redemptions", Op: access.OpReadVillage, Name: "export.list.redemptions",
		Columns: columnsOf("export.column.", "slip day at number group head goods points balance state by void_by void_reason void_at"),
		Rows: func(ctx context.Context, by core.Actor, in *RedemptionExport, say words, add func(...any) error) error {
			filter := market.Filter{Village: in.Village.Area, Day: in.Day, Household: in.Household.ID}
			return eachPage(ctx, func(page core.Page) ([]market.Redemption, string, error) {
				return s.svc.Market.Redemptions(ctx, by, filter, page)
			}, func(r market.Redemption) error {
				return add(r.No, r.Day, moment(r.CreatedMs), r.Number, r.GroupName, r.Head, goods(r.Items), r.Points, r.Balance,
					say.of("export.redemption.", string(r.State)), r.ByName, r.VoidName, r.VoidReason, moment(r.VoidMs))
			})
		},
	}
}

// goods writes a slip's lines in one cell: "肥皂 ×2, 大米 ×1".
func goods(lines []market.SlipLine) string {
	parts := make([]string, len(lines))
	for i, l := range lines {
		parts[i] = fmt.Sprintf("%s ×%d", l.Name, l.Qty)
	}
	return strings.Join(parts, ", ")
}

// ItemExport is the list of goods with its filter.
type ItemExport struct {
	VillageExport
	All bool `query:"all" doc:"hidden goods too"`
}

func itemExport(s *server) exported[ItemExport] {
	return exported[ItemExport]{
		Path: "/villages/{village}/export/items", Op: access.OpReadVillage, Name: "export.list.items",
		Columns: columnsOf("export.column.", "item unit price stock low cost state"),
		Rows: func(ctx context.Context, by core.Actor, in *ItemExport, say words, add func(...any) error) error {
			items, err := s.svc.Market.Items(ctx, by, in.Village.Area, in.All)
			if err != nil {
				return err
			}
			for _, it := range items {
				if err := add(it.Name, it.Unit, it.Price, it.Qty, it.Low, it.Cost, say.of("export.item.", string(it.State))); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
