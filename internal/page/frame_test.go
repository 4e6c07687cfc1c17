package page

import (
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
)

// TestNothingHasNoSign: a month without deductions took 0, not −0.
func TestNothingHasNoSign(t *testing.T) {
	t.Parallel()
	for points, want := range map[core.Points]string{0: "0", 12: "+12", -12: "−12"} {
		if got := (Frame{}).Signed(points); got != want {
			t.Errorf("%d is written %q, want %q", points, got, want)
		}
	}
	for taken, want := range map[core.Points]string{0: "0", 8: "−8"} {
		v := certificatePage{Certificate: claims.Certificate{Closing: ledger.Closing{Deducted: taken}}}
		if got := v.Taken(); got != want {
			t.Errorf("a certificate says %q, want %q", got, want)
		}
	}
}
