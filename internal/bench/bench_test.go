package bench

import (
	"context"
	"errors"
	"os"
	"testing"
)

// TestEverythingRuns plays each measurement at its smallest. It asserts no speed: a test machine is busy with other tests.
func TestEverythingRuns(t *testing.T) {
	t.Parallel()
	results, err := Run(context.Background(), Options{Dir: t.TempDir(), Database: os.Getenv("TEST_DATABASE_URL"), Size: Tiny, Out: t.Output()})
	if err != nil && !errors.Is(err, ErrBar) {
		t.Fatal(err)
	}
	for _, r := range results {
		if r.Ratio <= 0 || r.Reference == "" || r.Measured == "" {
			t.Errorf("nothing was measured: %+v", r)
		}
	}
}

func TestALoadAndAProvinceRun(t *testing.T) {
	t.Parallel()
	for _, opt := range []Options{{Clients: 4, Villages: 3, N: 40, Rate: 4000}, {Province: true}} {
		opt.Dir, opt.Size, opt.Out, opt.Database = t.TempDir(), Tiny, t.Output(), os.Getenv("TEST_DATABASE_URL")
		results, err := Run(context.Background(), opt)
		if err != nil && !errors.Is(err, ErrBar) || len(results) == 0 || results[0].Load == nil || results[0].Load.N == 0 {
			t.Errorf("%+v: %v", results, err)
		}
	}
}

func TestABarIsMetFromItsOwnSide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		r    Result
		want bool
	}{
		{Result{Ratio: 400, Bar: 400, AtLeast: true}, true},
		{Result{Ratio: 399, Bar: 400, AtLeast: true}, false},
		{Result{Ratio: 1500, Bar: 1500}, true},
		{Result{Ratio: 1501, Bar: 1500}, false},
	} {
		if c.r.judged() != c.want {
			t.Errorf("%+v: met is %v", c.r, !c.want)
		}
	}
}
