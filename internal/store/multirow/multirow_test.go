package multirow_test

import (
	"testing"

	"qunyan/internal/store/multirow"
)

func TestRowsFollowOneAnother(t *testing.T) {
	t.Parallel()
	in, ok := multirow.Parse("INSERT INTO t (a, b, c) VALUES ($1, 'x)', $2)\n ON CONFLICT (a) DO UPDATE SET b = excluded.b")
	if !ok || in.Params() != 2 {
		t.Fatalf("%v, %d parameters", ok, in.Params())
	}
	const want = "INSERT INTO t (a, b, c) VALUES ($1, 'x)', $2),($3, 'x)', $4)\n ON CONFLICT (a) DO UPDATE SET b = excluded.b"
	if got := in.Text(2); got != want {
		t.Errorf("got %s", got)
	}
}

func TestWhatCannotBeWrittenForManyRows(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"UPDATE t SET a = $1",
		"INSERT INTO t (a) SELECT $1",
		"INSERT INTO t (a) VALUES ($1) RETURNING a",
		"INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO UPDATE SET a = $2",
		"INSERT INTO t (a) VALUES ($1",
		"INSERT INTO t (a) VALUES (1)",
	} {
		if _, ok := multirow.Parse(text); ok {
			t.Errorf("%s was taken apart", text)
		}
	}
}

func TestKeysAreTheFirstColumns(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT (a, b) DO UPDATE SET c = excluded.c": 2,
		"INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT (b) DO UPDATE SET c = excluded.c":    0,
		"INSERT INTO t (a, b, c) VALUES ($1, 0, $2) ON CONFLICT (a, b) DO UPDATE SET c = excluded.c":  0,
		"INSERT INTO t (a, ab, c) VALUES ($2, $1, $3) ON CONFLICT (a) DO UPDATE SET c = excluded.c":   0,
		"INSERT INTO t (a, b, c) VALUES ($1, $2, $3) ON CONFLICT (a, b) DO NOTHING":                   0,
		"INSERT INTO t (a, b, c) VALUES ($1, $2, $3)":                                                 0,
	} {
		in, ok := multirow.Parse(text)
		if !ok || in.Keys() != want {
			t.Errorf("%s: %d keys", text, in.Keys())
		}
	}
}
