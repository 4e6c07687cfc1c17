package rulebook

import (
	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// NoStep is the step of a deed whose rule has no scale.
const NoStep = -1

// Deed is what a claim says was done, as far as arithmetic goes.
type Deed struct {
	Qty  int64 // 1 for a rule per event; 1 to MaxQty units otherwise
	Step int64 // index into the rule's scale, NoStep if it has none
}

// Used is what the household's other claims under the rule already took from the period's cap.
type Used struct {
	Points core.Points // as judged, below 0 for deductions
	Count  int64
}

// Hit says which cap cut a deed short.
type Hit string

// What a cap can do to a deed.
const (
	NoHit     Hit = ""
	PointsHit Hit = "points" // the period's points are used up, wholly or in part
	CountHit  Hit = "count"  // the period's claims are used up
)

// Verdict is what a deed is worth.
type Verdict struct {
	Asked  core.Points // before caps
	Points core.Points // after caps; same sign as Asked, or 0
	Hit    Hit
}

// Judge tells what a deed is worth under the rule, given what was used of the period's cap. It is pure, and for any
// input: |Points| ≤ |Asked|, Points has the sign of Asked or is 0, and with the other claims of the period it stays
// within the caps. Where the cap is one of points, the order of the claims does not change the period's total.
//
// Errors: rulebook.bad_qty, rulebook.bad_step.
func (r Rule) Judge(in Deed, used Used) (Verdict, error) {
	worth := r.Points
	switch {
	case len(r.Scale) == 0 && in.Step != NoStep:
		return Verdict{}, errs.New(errs.Invalid, "rulebook.bad_step").At("step")
	case len(r.Scale) > 0:
		if in.Step < 0 || in.Step >= int64(len(r.Scale)) {
			return Verdict{}, errs.New(errs.Invalid, "rulebook.bad_step").At("step")
		}
		worth = r.Scale[in.Step].Points
	}
	most := int64(1)
	if r.Per == PerUnit {
		most = MaxQty
	}
	if in.Qty < 1 || in.Qty > most {
		return Verdict{}, errs.New(errs.Invalid, "rulebook.bad_qty", "most", most).At("qty")
	}
	// At most core.MaxPoints times MaxQty: far inside 64 bits. What is above core.MaxPoints no line could hold.
	asked := min(max(worth*core.Points(in.Qty), -core.MaxPoints), core.MaxPoints)
	return r.capped(asked, used), nil
}

func (r Rule) capped(asked core.Points, used Used) Verdict {
	v := Verdict{Asked: asked, Points: asked}
	if r.CapPeriod == NoPeriod {
		return v
	}
	if r.CapCount > 0 && used.Count >= r.CapCount {
		v.Points, v.Hit = 0, CountHit
		return v
	}
	if r.CapPoints > 0 {
		left := max(r.CapPoints-magnitude(used.Points), 0)
		if magnitude(asked) > left {
			v.Points, v.Hit = left, PointsHit
			if asked < 0 {
				v.Points = -left
			}
		}
	}
	return v
}
