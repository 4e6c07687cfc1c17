package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
)

type approveBody struct {
	VersionNo int64 `json:"version_no,omitempty" doc:"the change the reviewer saw; left out or 0 does not ask"`
}

type reasonBody struct {
	Reason    string `json:"reason" maxLength:"300"`
	VersionNo int64  `json:"version_no,omitempty" doc:"the change the reviewer saw; left out or 0 does not ask"`
}

type approveManyBody struct {
	IDs []core.ID `json:"ids" minItems:"1" maxItems:"200"`
}

type decidedView struct {
	ID   core.ID `json:"id"`
	OK   bool    `json:"ok"`
	Code string  `json:"code" doc:"why it was not approved, as a problem's code; '' if it was"`
}

type decidedList struct {
	Results []decidedView `json:"results"`
}

func (s *server) registerReview() {
	handle(s, spec{
		ID: "approve-claim", Method: http.MethodPost, Path: "/villages/{village}/claims/{id}/approve", Tag: claimsTag, Op: access.OpReviewClaim,
		Summary: "Approve a claim for the month's list",
		Detail:  "Never by whoever submitted it, nor by somebody of its household; rules that ask for the township are reviewed there.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body approveBody
	}) (*ClaimView, error) {
		c, err := s.svc.Claims.Approve(ctx, by, in.Village.Area, claims.Seen{ID: in.ID.ID, Changes: in.Body.VersionNo})
		return viewed(c, err, viewClaim(by, villageBase(in.Village.Area)))
	})
	for _, one := range []struct {
		id, path, summary string
		do                func(context.Context, core.Actor, core.Area, claims.Seen, string) (claims.Claim, error)
	}{
		{"return-claim", "return", "Send a claim back to be corrected", s.svc.Claims.Return},
		{"reject-claim", "reject", "Refuse a claim for good", s.svc.Claims.Reject},
	} {
		handle(s, spec{
			ID: one.id, Method: http.MethodPost, Path: "/villages/{village}/claims/{id}/" + one.path, Tag: claimsTag, Op: access.OpReviewClaim,
			Summary: one.summary,
		}, func(ctx context.Context, by core.Actor, in *struct {
			InVillage
			ByID
			Body reasonBody
		}) (*ClaimView, error) {
			c, err := one.do(ctx, by, in.Village.Area, claims.Seen{ID: in.ID.ID, Changes: in.Body.VersionNo}, in.Body.Reason)
			return viewed(c, err, viewClaim(by, villageBase(in.Village.Area)))
		})
	}
	handle(s, spec{
		ID: "approve-claims", Method: http.MethodPost, Path: "/villages/{village}/claims/approve", Tag: claimsTag, Op: access.OpReviewClaim,
		Summary: "Approve several claims", Detail: "Each is decided by itself; one that may not be approved does not stop the others.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body approveManyBody
	}) (*decidedList, error) {
		decided, err := s.svc.Claims.ApproveMany(ctx, by, in.Village.Area, in.Body.IDs)
		out := decidedList{}
		for _, d := range decided {
			out.Results = append(out.Results, decidedView{ID: d.ID, OK: d.Code == "", Code: d.Code})
		}
		return &out, err
	})
}

// Sheets -----------------------------------------------------------------------------------------------------------

type sheetRowBody struct {
	Household core.ID `json:"household"`
	Qty       int64   `json:"qty,omitempty" minimum:"0" maximum:"1000000"`
	Step      *int64  `json:"step,omitempty" minimum:"-1" maximum:"100"`
	Note      string  `json:"note,omitempty" maxLength:"500"`
	Resident  core.ID `json:"resident,omitempty" doc:"whose deed it was, for a personal rule; left out takes the one who fits"`
}

type sheetBody struct {
	Rule  string         `json:"rule" minLength:"1" maxLength:"8"`
	Day   core.Day       `json:"day"`
	Title string         `json:"title,omitempty" maxLength:"60" doc:"what the paper is called"`
	Event string         `json:"event,omitempty" maxLength:"60" doc:"names the meeting or award, for caps per event; left out is the title"`
	Rows  []sheetRowBody `json:"rows" minItems:"1" maxItems:"1000" doc:"in the order of the paper"`

	SkipDuplicates bool `json:"skip_duplicates,omitempty" doc:"leave out households that have a claim by the rule for the day already"`
}

func (b sheetBody) sheet() claims.Sheet {
	in := claims.Sheet{Rule: b.Rule, Day: b.Day, Title: b.Title, Event: b.Event, SkipDuplicates: b.SkipDuplicates, Rows: make([]claims.SheetRow, len(b.Rows))}
	for i, r := range b.Rows {
		in.Rows[i] = claims.SheetRow{Household: r.Household, Qty: r.Qty, Step: stepOf(r.Step), Note: r.Note, Resident: r.Resident}
	}
	return in
}

type sheetRowView struct {
	Household core.ID     `json:"household"`
	Claim     core.ID     `json:"claim" doc:"'' in a dry run and where code says why there is none"`
	Points    core.Points `json:"points"`
	Asked     core.Points `json:"asked"`
	Duplicate bool        `json:"duplicate" doc:"the household had a claim by this rule for this day before"`
	Cap       capView     `json:"cap" doc:"how far the household had used the rule up; nothing in a repeated answer"`
	Code      string      `json:"code" doc:"why the row was left out, as a problem's code"`
}

type sheetResultView struct {
	Sheet   core.ID        `json:"sheet" doc:"'' in a dry run"`
	Claims  int64          `json:"claims"`
	Points  core.Points    `json:"points"`
	Results []sheetRowView `json:"results" doc:"row by row, in the order of the paper"`
}

func viewSheetResult(r claims.SheetResult) sheetResultView {
	v := sheetResultView{Sheet: r.Sheet, Claims: r.Claims, Points: r.Points, Results: make([]sheetRowView, len(r.Rows))}
	for i, row := range r.Rows {
		v.Results[i] = sheetRowView{Household: row.Household, Claim: row.Claim, Points: row.Points, Asked: row.Asked, Duplicate: row.Duplicate, Cap: viewCap(row.Cap), Code: row.Code}
	}
	return v
}

type sheetView struct {
	ID        core.ID     `json:"id"`
	Rule      string      `json:"rule"`
	Day       core.Day    `json:"day"`
	Title     string      `json:"title"`
	Claims    int64       `json:"claims"`
	Points    core.Points `json:"points"`
	ByName    string      `json:"by_name"`
	CreatedMs int64       `json:"created_ms"`
}

func (s *server) registerSheets() {
	handle(s, spec{
		ID: "submit-sheet", Method: http.MethodPost, Path: "/villages/{village}/sheets", Tag: claimsTag, Op: access.OpSubmitClaim,
		Status: http.StatusCreated, MaxBody: 1 << 20, Seconds: 60,
		Summary: "Type in a paper sheet: one rule, one day, many households",
		Detail:  "Rows that cannot become a claim are answered with their code and left out. With dry=true nothing is written.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Dry  bool `query:"dry" doc:"only judge"`
		Body sheetBody
	}) (*sheetResultView, error) {
		submit := s.svc.Claims.SubmitSheet
		if in.Dry {
			submit = s.svc.Claims.TrySheet
		}
		result, err := submit(ctx, by, in.Village.Area, in.Body.sheet())
		return viewed(result, err, viewSheetResult)
	})
	handle(s, spec{
		ID: "list-sheets", Method: http.MethodGet, Path: "/villages/{village}/sheets", Tag: claimsTag, Op: access.OpReadVillage,
		Summary: "Sheets of a village, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[sheetView], error) {
		rows, next, err := s.svc.Claims.Sheets(ctx, by, in.Village.Area, in.page())
		return listOf(rows, next, func(h claims.SheetHead) sheetView { return sheetView(h) }), err
	})
}
