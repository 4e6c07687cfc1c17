package store

import "testing"

func TestParametersLoseTheirNumbersOnlyWhereTheyCount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"INSERT INTO t (a, b) VALUES ($1, $2)":     "INSERT INTO t (a, b) VALUES (?, ?)",
		"SELECT a FROM t WHERE b = $1 AND c > $2":  "SELECT a FROM t WHERE b = ? AND c > ?",
		"SELECT a FROM t WHERE b = $1 AND c = $1":  "SELECT a FROM t WHERE b = $1 AND c = $1",
		"UPDATE t SET a = $2 WHERE b = $1":         "UPDATE t SET a = $2 WHERE b = $1",
		"SELECT a FROM t WHERE b = $1 AND $2 = $1": "SELECT a FROM t WHERE b = $1 AND $2 = $1",
		"SELECT 1": "SELECT 1",
	} {
		if got := nameless(text); got != want {
			t.Errorf("%s became %s", text, got)
		}
	}
}
