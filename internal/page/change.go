package page

import (
	"qunyan/internal/core"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
)

// changePage is the sheet that both households of a change sign before another person confirms it.
type changePage struct {
	Frame
	place
	D households.Detail
}

func (h *Handler) change(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	id, err := q.id()
	if err != nil {
		return err
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	v := &changePage{Frame: q.page, place: place}
	if v.D, err = h.svc.Households.Detail(q.Context(), by, place.Village, id); err != nil {
		return err
	}
	v.Title = v.T("households.print.title")
	return q.show("change_print.html", v)
}

// What is the kind in words; of an undo, of what.
func (v *changePage) What() string {
	name := v.T("households.kind." + string(v.D.Kind))
	if v.D.Kind == households.Undo {
		name += " · " + v.T("households.kind."+string(v.D.UndoesKind))
	}
	return name
}

// Of is the kind whose households it is about.
func (v *changePage) Of() households.Kind {
	if v.D.Kind == households.Undo {
		return v.D.UndoesKind
	}
	return v.D.Kind
}

// NewHead is who heads the household that a split makes.
func (v *changePage) NewHead() string { return v.name(v.D.Plan.Head) }

// OldHead is who heads the old household from then on; ” where its head stays.
func (v *changePage) OldHead() string {
	return v.D.Plan.RemainingName
}

// Signers are those who signed.
func (v *changePage) Signers() string {
	if v.D.SignedOther == "" {
		return v.D.Signed
	}
	return v.D.Signed + "、" + v.D.SignedOther
}

func (v *changePage) name(id core.ID) string {
	for _, p := range v.D.Plan.People {
		if p.ID == id {
			return p.Name
		}
	}
	return v.D.Other.Head
}

// Agreed says that the shares are not those by heads.
func (v *changePage) Agreed() bool { return v.D.Moved != v.D.Plan.Proposal }

// Opened is what a household is opened with.
func (v *changePage) Opened() core.Points { return ledger.OpeningPoints }

// Household names a side of a line or of the change.
func (v *changePage) Household(number int64, head string) string {
	if number == 0 {
		return v.T("households.new_household", "head", head)
	}
	return v.T("households.number_head", "number", number, "head", head)
}

// AccountName is an account of a household in words.
func (v *changePage) AccountName(a ledger.Account) string { return v.T("book.account." + a.String()) }

// Points writes a line's change with its sign.
func (v *changePage) Points(n int64) string { return v.Signed(core.Points(n)) }
