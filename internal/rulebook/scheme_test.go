package rulebook_test

import (
	"context"
	"testing"

	"qunyan/internal/rulebook"
)

// Every line that the product proposes keeps to the red lines and to the county's bounds, names its proof, its cap and
// who approves it; a deduction comes after a notice or a record.
func TestTheSchemesAreWhatAVillageCouldAdopt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	sizes := map[rulebook.Source][2]int{rulebook.FromSmall: {20, 20}, rulebook.FromLarge: {60, 80}, rulebook.FromResettlement: {20, 80}, rulebook.FromBranch: {12, 80}}
	for _, name := range rulebook.Schemes() {
		scheme, err := rulebook.Scheme(name)
		if err != nil {
			t.Fatal(name, err)
		}
		if n := len(scheme); n < sizes[name][0] || n > sizes[name][1] {
			t.Errorf("%s has %d lines", name, n)
		}
		for _, r := range scheme {
			if err := r.CheckRedLines(); err != nil {
				t.Errorf("%s %s %s: %v", name, r.Code, r.TextZh, err)
			}
			if r.CapPeriod == rulebook.NoPeriod || r.ProofZh == "" || r.ProofEn == "" {
				t.Errorf("%s %s lacks its cap or proof", name, r.Code)
			}
		}
		version, err := h.rules.Draft(ctx, h.secretary(), rulebook.DraftInput{Area: h.village, Title: "前进村积分细则", Source: name})
		if err != nil {
			t.Fatal(name, err)
		}
		set, err := h.rules.Ruleset(ctx, h.secretary(), h.village, version)
		if err != nil || len(set.Rules) != len(scheme) {
			t.Errorf("%s: %d of %d lines fit the county's template, %v", name, len(set.Rules), len(scheme), err)
		}
		if err := h.enact(version, 20261001); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := h.rules.Withdraw(ctx, h.secretary(), h.village, version); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := rulebook.Scheme("county"); err == nil {
		t.Error("a scheme nobody knows")
	}
}
