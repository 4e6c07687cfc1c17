package errs_test

import (
	"errors"
	"fmt"
	"testing"

	"qunyan/internal/errs"
)

func TestFromFindsTheErrorUnderWrapping(t *testing.T) {
	base := errs.New(errs.Conflict, "market.out_of_stock", "left", 3)
	err := fmt.Errorf("redeem: %w", base.At("items[0].qty").Because(errors.New("disk")))
	got := errs.From(err)
	if got.Kind != errs.Conflict || got.Code != "market.out_of_stock" || got.Field != "items[0].qty" || got.Params["left"] != 3 {
		t.Fatalf("got %+v", got)
	}
	if !errors.Is(err, base) {
		t.Error("errors.Is does not match kind and code")
	}
	if base.Field != "" {
		t.Error("At changed the error it was called on")
	}
}

func TestUnknownErrorsAreInternal(t *testing.T) {
	got := errs.From(errors.New("secret path /var/x"))
	if got.Kind != errs.Internal || got.Code != "internal" {
		t.Fatalf("got %v %q", got.Kind, got.Code)
	}
}

func TestKindNames(t *testing.T) {
	if errs.Unavailable.String() != "unavailable" || errs.Kind(200).String() != "internal" {
		t.Fatal("kind names are out of step with the constants")
	}
}
