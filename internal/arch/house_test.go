package arch

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestHouse runs every rule over the repository.
func TestHouse(t *testing.T) {
	t.Parallel()
	tr := openRepository(t)
	for _, rule := range []struct {
		name  string
		check func(*tree) []string
	}{
		{"imports point down", checkLayers},
		{"functions and files stay short", checkSizes},
		{"packages are named after what they know, nothing runs by itself", checkNames},
		{"clock, environment and exit have one owner", checkReserved},
		{"points and money are whole", checkFloats},
		{"packages keep no state", checkState},
		{"parameters of SQL ascend", checkParameters},
		{"SQL names the village", checkVillage},
		{"keys hold the village", checkKeys},
		{"some words stay out", checkWords},
		{"both languages say the same", checkMessages},
		{"every error has a sentence", checkErrorCodes},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			for _, problem := range rule.check(tr) {
				t.Error(problem)
			}
		})
	}
}

// TestRulesBite shows each rule something it must refuse and, in the same place, something it must let pass.
func TestRulesBite(t *testing.T) {
	t.Parallel()
	for _, c := range bites() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, text := range c.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			found := c.check(load(t, files))
			if c.wants == "" && len(found) > 0 {
				t.Errorf("refused what is allowed: %v", found)
			}
			if c.wants != "" && (len(found) != 1 || !strings.Contains(found[0], c.wants)) {
				t.Errorf("got %q, want one finding with %q", found, c.wants)
			}
		})
	}
}

type bite struct {
	name  string
	check func(*tree) []string
	files map[string]string
	wants string // part of the one finding; "" if there must be none
}

func bites() []bite {
	return slicesOf(importBites(), habitBites(), stateBites(), sqlBites(), routeBites(), keyBites(), textBites())
}

func slicesOf(lists ...[]bite) (all []bite) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
