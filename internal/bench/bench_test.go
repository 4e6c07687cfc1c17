package bench_test

import (
	"context"
	"errors"
	"testing"

	"qunyan/internal/bench"
)

// TestEverythingRuns plays a tenth of each measurement. It asserts no speed: a test machine is busy with other tests.
func TestEverythingRuns(t *testing.T) {
	t.Parallel()
	results, err := bench.Run(context.Background(), bench.Options{Dir: t.TempDir(), Small: true, Out: t.Output()})
	if err != nil && !errors.Is(err, bench.ErrBar) {
		t.Fatal(err)
	}
	if len(results) != 4 {
		t.Fatalf("%d results", len(results))
	}
	for _, r := range results {
		if r.Ratio <= 0 || r.Reference == "" || r.Measured == "" {
			t.Errorf("nothing was measured: %+v", r)
		}
	}
}

func TestABarIsMetFromItsOwnSide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r    bench.Result
		want bool
	}{
		{bench.Result{Ratio: 400, Bar: 400, AtLeast: true}, true},
		{bench.Result{Ratio: 399, Bar: 400, AtLeast: true}, false},
		{bench.Result{Ratio: 1500, Bar: 1500}, true},
		{bench.Result{Ratio: 1501, Bar: 1500}, false},
	} {
		if c.r.Met() != c.want {
			t.Errorf("%+v: met is %v", c.r, !c.want)
		}
	}
}
