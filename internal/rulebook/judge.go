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

// Used is what the other claims that a limit counts already took from it.
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

// Judge tells what a deed is worth under the rule, given what was used of its limits, in the order of Limits; what is not
// given was not used. It is pure, and for any input: |Points| ≤ |Asked|, Points has the sign of Asked or is 0, and with the
// other claims of the period it stays within the caps. Where the cap is one of points, the order of the claims does not
// change the period's total.
//
// Errors: rulebook.bad_qty, rulebook.bad_step, rulebook.too_little (size).
func (r Rule) Judge(in Deed, used ...Used) (Verdict, error) {
	asked, err := r.asked(in, 0)
	if err != nil {
		return Verdict{}, err
	}
	v, _ := limited(asked, r.Limits(nil), used)
	return v, nil
}

// unitWorth is what one unit of a deed is worth before conditions and caps.
func (r Rule) unitWorth(in Deed) (core.Points, error) {
	switch {
	case len(r.Scale) == 0 && in.Step != NoStep:
		return 0, errs.New(errs.Invalid, "rulebook.bad_step").At("step")
	case len(r.Scale) == 0:
		return r.Points, nil
	case in.Step < 0 || in.Step >= int64(len(r.Scale)):
		return 0, errs.New(errs.Invalid, "rulebook.bad_step").At("step")
	}
	return r.Scale[in.Step].Points, nil
}

// asked is what a deed is worth before caps. said is what the rule's condition gives for one unit, 0 if it leaves that to
// the rule; whatever it says stays inside the county's bounds.
func (r Rule) asked(in Deed, said core.Points) (core.Points, error) {
	worth, err := r.unitWorth(in)
	if err != nil {
		return 0, err
	}
	if said != 0 {
		worth = min(max(said, r.PointsMin), r.PointsMax)
	}
	most := int64(1)
	if r.Per == PerUnit {
		most = MaxQty
	}
	if in.Qty < 1 || in.Qty > most {
		return 0, errs.New(errs.Invalid, "rulebook.bad_qty", "most", most).At("qty")
	}
	times := r.times(in.Qty)
	if times == 0 {
		return 0, errs.New(errs.Conflict, "rulebook.too_little", "size", r.UnitSize).At("qty")
	}
	// At most core.MaxPoints times MaxQty: far inside 64 bits. What is above core.MaxPoints no line could hold.
	return min(max(worth*core.Points(times), -core.MaxPoints), core.MaxPoints), nil
}

// limited holds what was asked to every limit and says which took the most, -1 for none.
func limited(asked core.Points, limits []Limit, used []Used) (v Verdict, by int) {
	v, by = Verdict{Asked: asked, Points: asked}, -1
	for i, l := range limits {
		var u Used
		if i < len(used) {
			u = used[i]
		}
		if left, hit := l.left(asked, u); hit != NoHit && magnitude(left) < magnitude(v.Points) {
			v.Points, v.Hit, by = left, hit, i
		}
	}
	return v, by
}
