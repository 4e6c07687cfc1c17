package redline

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed redlines.json
var data []byte

// Hit is a red line that a text touches.
type Hit struct {
	Line  string // R1 to R10
	Words string // the words that touch it, folded
	Fixed bool   // nobody may overrule it
}

// Lines names the red lines in their order.
func Lines() []string {
	return []string{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10"}
}

// Law and Reason are the keys of the catalogue that say where a line comes from and why it is drawn.
func Law(line string) string { return "rules.redline." + line + ".law" }

// Reason is Law for the reason.
func Reason(line string) string { return "rules.redline." + line + ".reason" }

// Fixed says whether no person may overrule a line, though the words were harmless: where a false alarm costs a village
// another wording, and a mistake would cost a villager their benefit or their money.
func Fixed(line string) bool { return slices.Contains([]string{"R1", "R2", "R9"}, line) }

// file is redlines.json.
type file struct {
	Traditional string              `json:"traditional"` // pairs: the character, and what it is read as
	Misspelt    [][2]string         `json:"misspelt"`    // longer writings that stand for a word
	Words       map[string][]string `json:"words"`       // lists, named in braces by the patterns
	Lines       []struct {
		Line  string   `json:"line"`
		Safe  []string `json:"safe"`  // taken out before the patterns are looked for
		Block []string `json:"block"` // touch the line wherever they stand
		Near  []pair   `json:"near"`  // touch it together, in either order
	} `json:"lines"`
}

type pair struct {
	One, Other string
	Within     int // characters between the two
}

// list is the compiled file.
type list struct {
	fold  *strings.Replacer
	words *strings.Replacer
	lines []line
}

type line struct {
	name        string
	safe, block []expr
}

// compiled is read at the first text. The file is part of the binary: one that cannot be read is a mistake of ours that
// every test would show, hence the panic.
var compiled = sync.OnceValue(func() *list {
	l, err := compile(data)
	if err != nil {
		panic(err)
	}
	return l
})

func compile(data []byte) (*list, error) {
	var f file
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("redline: list: %w", err)
	}
	l := &list{}
	var single, longer []string
	for pair := range slices.Chunk([]rune(strings.ReplaceAll(f.Traditional, " ", "")), 2) {
		if len(pair) != 2 {
			return nil, fmt.Errorf("redline: %q has no partner", string(pair))
		}
		single = append(single, string(pair[0]), string(pair[1]))
	}
	for _, m := range f.Misspelt {
		longer = append(longer, m[0], m[1])
	}
	l.fold, l.words = strings.NewReplacer(single...), strings.NewReplacer(longer...)
	for _, part := range f.Lines {
		one := line{name: part.Line}
		for _, near := range part.Near {
			gap := "~" + strconv.Itoa(near.Within)
			part.Block = append(part.Block, near.One+gap+near.Other, near.Other+gap+near.One)
		}
		var err error
		if one.safe, err = expressions(part.Safe, f.Words); err == nil {
			one.block, err = expressions(part.Block, f.Words)
		}
		if err != nil {
			return nil, fmt.Errorf("redline: %s: %w", part.Line, err)
		}
		l.lines = append(l.lines, one)
	}
	return l, nil
}
