package rulebook

// Rounding is what becomes of a part of what the points are for: 3 hours of "per 2 hours".
type Rounding string

// The roundings.
const (
	RoundDown Rounding = "down" // only what was done whole
	RoundHalf Rounding = "half" // half and more counts as whole
	RoundUp   Rounding = "up"   // whatever was begun counts as whole
)

const maxUnitSize = 100

func (r Rule) badUnit() string {
	switch {
	case r.UnitSize < 0 || r.UnitSize > maxUnitSize || r.UnitSize > 1 && r.Per != PerUnit:
		return "unit_size"
	case r.UnitRound != "" && r.UnitRound != RoundDown && r.UnitRound != RoundHalf && r.UnitRound != RoundUp:
		return "unit_round"
	}
	return ""
}

// times is how often a quantity earns the rule's points.
func (r Rule) times(qty int64) int64 {
	size := max(r.UnitSize, 1)
	switch r.UnitRound {
	case RoundHalf:
		return (2*qty + size) / (2 * size)
	case RoundUp:
		return (qty + size - 1) / size
	}
	return qty / size
}
