package seal

import (
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/errs"
)

// Kind says what a tree's entries are.
type Kind int64

// The kinds of tree.
const (
	Book  Kind = 1 // lines of a village's book; entry i is line i+1
	Audit Kind = 2 // audit lines of an area, in the order they were sealed
)

// String is the last part of the tree's origin.
func (k Kind) String() string {
	switch k {
	case Book:
		return "book"
	case Audit:
		return "audit"
	}
	return "unknown"
}

// Place names one tree.
type Place struct {
	Area core.Area
	Kind Kind
}

// Origin is the tree's name in its checkpoints: qunyan/520524105002/book. The code is unique in the country.
func (p Place) Origin() string { return "qunyan/" + p.Area.String() + "/" + p.Kind.String() }

// ParseOrigin reads what Origin wrote. Error: proof.syntax.
func ParseOrigin(s string) (Place, error) {
	parts := strings.Split(s, "/")
	if len(parts) == 3 && parts[0] == "qunyan" {
		area, err := core.ParseArea(parts[1])
		for _, kind := range []Kind{Book, Audit} {
			if err == nil && kind.String() == parts[2] {
				return Place{area, kind}, nil
			}
		}
	}
	return Place{}, errs.New(errs.Invalid, "proof.syntax", "part", "origin")
}
