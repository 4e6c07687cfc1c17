package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
)

const changesTag = "Changes of households"

// ChangeBody is a change of households as it is proposed.
type ChangeBody struct {
	Kind      households.Kind `json:"kind" enum:"split,merge,move,close,undo"`
	Household core.ID         `json:"household,omitempty" doc:"splits, is merged into another, or is closed"`
	Into      core.ID         `json:"into,omitempty" doc:"of a merger"`
	To        core.Area       `json:"to,omitempty" doc:"of a move: a village of the same county"`
	ToNumber  int64           `json:"to_number,omitempty" minimum:"0" doc:"of a move: the number of its household there, which has been made before"`
	Undoes    core.ID         `json:"undoes,omitempty" doc:"the change an undo takes back; it needs nothing else but the reason"`
	Residents []core.ID       `json:"residents,omitempty" maxItems:"60" doc:"who goes, of a split"`
	Head      core.ID         `json:"head,omitempty" doc:"of the new household, one of those who go"`
	Remaining core.ID         `json:"remaining,omitempty" doc:"heads the old household from now on; needed when its head goes"`
	Number    int64           `json:"number,omitempty" minimum:"0" doc:"of the new household; 0 takes the next free one"`
	Group     core.Area       `json:"group,omitempty" doc:"of the new household"`
	Cadre     bool            `json:"cadre,omitempty" doc:"a village cadre lives in the new household"`
	Opening   bool            `json:"opening,omitempty" doc:"the new household is opened with base points like any other, and gets no share of them by heads"`
	Base      *core.Points    `json:"base,omitempty" minimum:"0" doc:"base points that go over; left out, by heads"`
	Spendable *core.Points    `json:"spendable,omitempty" minimum:"0" doc:"spendable points that go over; left out, by heads"`
	Cause     string          `json:"cause,omitempty" enum:",moved,died" doc:"of a closing"`
	Points    string          `json:"points,omitempty" enum:",kept,spent" doc:"of a household that moves away: its points stay in the book, or it spends them first"`
	Reason    string          `json:"reason,omitempty" maxLength:"100" doc:"at least 2 characters; not needed for a preview"`
}

func (b ChangeBody) input() households.Input {
	return households.Input{Kind: b.Kind, Household: b.Household, Into: b.Into, To: b.To, ToNumber: b.ToNumber, Undoes: b.Undoes, Residents: b.Residents, Head: b.Head, Remaining: b.Remaining,
		Number: b.Number, Group: b.Group, Cadre: b.Cadre, Opening: b.Opening, Base: b.Base, Spendable: b.Spendable, Cause: b.Cause, Points: b.Points, Reason: b.Reason}
}

// ConfirmBody is what the second person types in from the signed paper.
type ConfirmBody struct {
	Paper       string `json:"paper" minLength:"1" maxLength:"60" doc:"where the signed sheet is kept, or its number"`
	Signed      string `json:"signed" minLength:"1" maxLength:"40" doc:"who signed for the household"`
	SignedOther string `json:"signed_other,omitempty" maxLength:"40" doc:"and for the other; not of a closing"`
	Version     int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
}

type changeSide struct {
	ID     core.ID `json:"id" doc:"'' where there is none, or none yet"`
	Number int64   `json:"number"`
	Head   string  `json:"head"`
	State  string  `json:"state"`
}

func viewSide(s households.Side) changeSide {
	return changeSide{ID: s.ID, Number: s.Number, Head: s.Head, State: s.State}
}

type changePerson struct {
	ID       core.ID `json:"id"`
	Name     string  `json:"name"`
	Relation string  `json:"relation"`
}

// ChangeView is a change of households in a list.
type ChangeView struct {
	ID                core.ID          `json:"id" doc:"'' in a preview"`
	Kind              households.Kind  `json:"kind" enum:"split,merge,move,arrive,close,undo"`
	State             households.State `json:"state" enum:"proposed,done,withdrawn,undone"`
	First             changeSide       `json:"first" doc:"splits, is merged into the other, or is closed"`
	Other             changeSide       `json:"other" doc:"made by the split, or merged into"`
	Undoes            core.ID          `json:"undoes"`
	UndoesKind        households.Kind  `json:"undoes_kind" enum:",split,merge,move,close,undo"`
	FarVillage        core.Area        `json:"far_village" doc:"of a move or an arrival, the other village; '' of other changes"`
	FarName           string           `json:"far_name"`
	FarNumber         int64            `json:"far_number" doc:"of the household there"`
	FarHead           string           `json:"far_head" doc:"masked in a move; of an arrival the head who came"`
	FarVoucher        int64            `json:"far_voucher" doc:"of an arrival: the line of the other village's book that gave the points"`
	People            []changePerson   `json:"people" doc:"who goes"`
	Opening           bool             `json:"opening"`
	Cause             string           `json:"cause" enum:",moved,died"`
	Points            string           `json:"points" enum:",kept,spent"`
	ProposedBase      core.Points      `json:"proposed_base" doc:"by heads"`
	ProposedSpendable core.Points      `json:"proposed_spendable" doc:"by heads"`
	Base              core.Points      `json:"base" doc:"base points moved, or left behind by a closing"`
	Spendable         core.Points      `json:"spendable"`
	Voucher           int64            `json:"voucher" doc:"number of the first line; 0 for none"`
	Reason            string           `json:"reason"`
	Paper             string           `json:"paper"`
	Signed            string           `json:"signed"`
	SignedOther       string           `json:"signed_other"`
	ByName            string           `json:"by_name"`
	CreatedMs         int64            `json:"created_ms"`
	EndedName         string           `json:"ended_name" doc:"who confirmed or withdrew it"`
	EndedMs           int64            `json:"ended_ms"`
	Version           int64            `json:"version"`
	TwoSign           bool             `json:"two_sign" doc:"both households sign"`
	CanConfirm        bool             `json:"can_confirm" doc:"it waits, the reader did not propose it, lives in neither household and has the role"`
	CanUndo           bool             `json:"can_undo"`
}

func viewChange(by core.Actor, village core.Area) func(households.Change) ChangeView {
	return func(c households.Change) ChangeView {
		people := make([]changePerson, len(c.Plan.People))
		for i, p := range c.Plan.People {
			people[i] = changePerson{p.ID, p.Name, p.Relation}
		}
		return ChangeView{ID: c.ID, Kind: c.Kind, State: c.State, First: viewSide(c.First), Other: viewSide(c.Other), Undoes: c.Undoes, UndoesKind: c.UndoesKind, FarVillage: c.Far.Village, FarName: c.Far.Name,
			FarNumber: c.Far.Number, FarHead: c.FarHead(), FarVoucher: c.Far.Voucher,
			People: people, Opening: c.Plan.Opening, Cause: c.Plan.Cause, Points: c.Plan.Points, ProposedBase: c.Plan.Proposal.Base,
			ProposedSpendable: c.Plan.Proposal.Spendable, Base: c.Moved.Base, Spendable: c.Moved.Spendable, Voucher: c.Voucher, Reason: c.Reason,
			Paper: c.Paper, Signed: c.Signed, SignedOther: c.SignedOther, ByName: c.ByName, CreatedMs: c.CreatedMs, EndedName: c.EndedName, EndedMs: c.EndedMs,
			Version: c.Version, TwoSign: c.NeedsOther(), CanConfirm: c.Can(by, village) && access.Can(by, access.OpConfirmChange, village),
			CanUndo: c.CanUndo() && access.Can(by, access.OpProposeChange, village)}
	}
}

type changeLine struct {
	No      int64  `json:"no" doc:"0 while it is to be"`
	Number  int64  `json:"number" doc:"of the household; 0 for one that has none yet"`
	Head    string `json:"head"`
	Account string `json:"account" enum:"household_base,household_spendable"`
	Change  int64  `json:"change" doc:"with its sign"`
	After   int64  `json:"after" doc:"balance after the line"`
}

type changeDetail struct {
	ChangeView
	Lines   []changeLine `json:"lines" doc:"to be posted on the balances of now, or as they were posted"`
	Pending int64        `json:"pending" doc:"claims of the first household that are not settled; a split leaves them with it"`
	Held    core.Points  `json:"held"`
	Floor   core.Points  `json:"floor" doc:"base points the shop asks for; 0 for none"`
	Staff   []string     `json:"staff" doc:"whose own household the first one is"`
	There   string       `json:"there" enum:",proposed,done,withdrawn" doc:"of a move that is done: where the other village's half stands"`
}

func viewChangeDetail(by core.Actor, village core.Area) func(households.Detail) changeDetail {
	return func(d households.Detail) changeDetail {
		v := changeDetail{ChangeView: viewChange(by, village)(d.Change), Lines: make([]changeLine, len(d.Lines)), Pending: d.Pending, Held: d.Held,
			Floor: d.Floor, Staff: append([]string{}, d.Staff...), There: string(d.There)}
		for i, l := range d.Lines {
			v.Lines[i] = changeLine{l.No, l.Number, l.Head, l.Account.String(), l.Change, l.After}
		}
		return v
	}
}

func (s *server) registerChanges() {
	const base = "/villages/{village}/household-changes"
	handle(s, spec{
		ID: "list-household-changes", Method: http.MethodGet, Path: base, Tag: changesTag, Op: access.OpReadVillage,
		Summary: "Splits, mergers and closings of households, newest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		PageQuery
		State     string  `query:"state" enum:"proposed,done,withdrawn,undone"`
		Household idParam `query:"household" doc:"on either side"`
	}) (*list[ChangeView], error) {
		rows, next, err := s.svc.Households.Changes(ctx, by, in.Village.Area, households.Filter{State: households.State(in.State), Household: in.Household.ID}, in.page())
		return listOf(rows, next, viewChange(by, in.Village.Area)), err
	})
	handle(s, spec{
		ID: "propose-household-change", Method: http.MethodPost, Path: base, Tag: changesTag, Op: access.OpProposeChange, Status: http.StatusCreated,
		Summary: "Propose a split, a merger, a closing, or to take one back", Detail: "Nothing happens until another person confirms it.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body ChangeBody
	}) (*ChangeView, error) {
		made, err := s.svc.Households.Propose(ctx, by, in.Village.Area, in.Body.input())
		return viewed(made, err, viewChange(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "preview-household-change", Method: http.MethodPost, Path: base + "/preview", Tag: changesTag, Op: access.OpProposeChange,
		Summary: "What a change would do: shares by heads and the lines of the book", Detail: "Changes nothing.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body ChangeBody
	}) (*changeDetail, error) {
		seen, err := s.svc.Households.Preview(ctx, by, in.Village.Area, in.Body.input())
		return viewed(seen, err, viewChangeDetail(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "get-household-change", Method: http.MethodGet, Path: base + "/{id}", Tag: changesTag, Op: access.OpReadVillage, Summary: "One change with its lines",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*changeDetail, error) {
		one, err := s.svc.Households.Detail(ctx, by, in.Village.Area, in.ID.ID)
		return viewed(one, err, viewChangeDetail(by, in.Village.Area))
	})
	s.registerEndingChanges(base + "/{id}")
	s.registerSuccession()
	s.registerTravel()
}

type travelView struct {
	Travel bool `json:"travel" doc:"points go along with households that move out of the village and come along with those that move in"`
}

func viewTravel(travel bool) travelView { return travelView{travel} }

func (s *server) registerTravel() {
	const path = "/villages/{village}/moving-points"
	handle(s, spec{
		ID: "get-moving-points", Method: http.MethodGet, Path: path, Tag: changesTag, Op: access.OpReadVillage,
		Summary: "Whether points go along with households that move", Detail: "They do unless one of the two villages has chosen that they stay.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*travelView, error) {
		travel, err := s.svc.Households.Travel(ctx, by, in.Village.Area)
		return viewed(travel, err, viewTravel)
	})
	handle(s, spec{
		ID: "set-moving-points", Method: http.MethodPut, Path: path, Tag: changesTag, Op: access.OpAdoptRules,
		Summary: "Choose whether points go along with households that move",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body travelView
	}) (*travelView, error) {
		err := s.svc.Households.SetTravel(ctx, by, in.Village.Area, in.Body.Travel)
		return viewed(in.Body.Travel, err, viewTravel)
	})
}

func (s *server) registerEndingChanges(base string) {
	handle(s, spec{
		ID: "confirm-household-change", Method: http.MethodPost, Path: base + "/confirm", Tag: changesTag, Op: access.OpConfirmChange,
		Summary: "Carry a change out", Detail: "By another person than proposed it, who lives in neither household, with the sheet that the households signed.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body ConfirmBody
	}) (*ChangeView, error) {
		done, err := s.svc.Households.Confirm(ctx, by, in.Village.Area, in.ID.ID, households.Confirmation{Version: in.Body.Version, Paper: in.Body.Paper,
			Signed: in.Body.Signed, SignedOther: in.Body.SignedOther})
		return viewed(done, err, viewChange(by, in.Village.Area))
	})
	handle(s, spec{
		ID: "withdraw-household-change", Method: http.MethodPost, Path: base + "/withdraw", Tag: changesTag, Op: access.OpConfirmChange,
		Summary: "End a proposal without carrying it out",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Version int64 `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
		}
	}) (*ChangeView, error) {
		ended, err := s.svc.Households.Withdraw(ctx, by, in.Village.Area, in.ID.ID, in.Body.Version)
		return viewed(ended, err, viewChange(by, in.Village.Area))
	})
}

// registerSuccession registers the change of a head, which moves no points and needs no second person.
func (s *server) registerSuccession() {
	handle(s, spec{
		ID: "change-household-head", Method: http.MethodPost, Path: "/villages/{village}/households/{id}/head", Tag: householdTag, Op: access.OpEditHouseholds,
		Summary: "Make another resident the head, and say what became of the former one", Detail: "Points, card and number stay as they are.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Head    core.ID `json:"head" doc:"a resident of the household"`
			Former  string  `json:"former" enum:"active,left,died" doc:"what became of the former head"`
			Version int64   `json:"version" doc:"of the household, as the reader saw it"`
		}
	}) (*householdDetail, error) {
		changed, err := s.svc.Directory.Succeed(ctx, by, directory.Succession{Village: in.Village.Area, Household: in.ID.ID, Version: in.Body.Version,
			Head: in.Body.Head, Former: in.Body.Former})
		if err != nil {
			return nil, err
		}
		return s.detail(ctx, by, changed)
	})
}
