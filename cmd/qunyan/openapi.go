package main

import (
	"context"

	"qunyan/internal/app"
)

// openapi prints the contract. `make` and a golden test keep api/openapi.yaml equal to it.
func openapi(_ context.Context, p *program, args []string) error {
	rest, err := parse(p, "openapi", args, nil)
	if err != nil {
		return err
	}
	if err := nothingLeft(rest); err != nil {
		return err
	}
	text, err := app.Contract()
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(text)
	return err
}
