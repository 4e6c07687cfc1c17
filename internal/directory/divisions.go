package directory

import (
	_ "embed" // the divisions are part of the product
	"encoding/csv"
	"fmt"
	"strings"

	"qunyan/internal/core"
)

//go:embed divisions.csv
var divisionsFile string

// Divisions gives the county's areas as the product ships them (see DIVISIONS.md): the county, its townships and
// streets, its villages and communities, every parent before its children.
func Divisions() ([]Area, error) {
	records, err := csv.NewReader(strings.NewReader(divisionsFile)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("divisions: %w", err)
	}
	var townships, villages []Area
	seen := map[core.Area]bool{}
	for i, r := range records[1:] {
		village, err := core.ParseArea(r[0])
		if err != nil || village.Level() != core.Village || village.Parent().String() != r[2] {
			return nil, fmt.Errorf("divisions: line %d: code", i+2)
		}
		if township := village.Parent(); !seen[township] {
			seen[township] = true
			townships = append(townships, NewArea(township, r[3]))
		}
		villages = append(villages, NewArea(village, r[1]))
	}
	all := []Area{NewArea(zhijin, "织金县")}
	return append(append(all, townships...), villages...), nil
}

// zhijin is the county of the divisions that ship with the product.
const zhijin core.Area = 520524
