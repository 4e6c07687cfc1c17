package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	pass := `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"p","Elapsed":1.5}` + "\n"
	cases := []struct {
		name, stream, wants string
		good                bool
	}{
		{"all pass", pass, "go test: 1 passed, 0 failed, 0 skipped; 1 packages", true},
		{"a failure shows its output", `{"Action":"output","Package":"p","Test":"TestB","Output":"want 1, got 2\n"}` + "\n" +
			`{"Action":"fail","Package":"p","Test":"TestB"}` + "\n", "want 1, got 2", false},
		{"a skipped test is a failure", pass + `{"Action":"skip","Package":"p","Test":"TestC"}` + "\n", "SKIPPED p.TestC", false},
		{"a build error shows", `{"ImportPath":"p","Action":"build-output","Output":"x.go:1: undefined: y\n"}` + "\n" +
			`{"Action":"fail","Package":"p"}` + "\n", "undefined: y", false},
		{"no package at all is no success", "", "0 packages", false},
		{"a line that is no event is passed on", "go: cannot find module\n" + pass, "go: cannot find module", true},
		{"a package without tests is counted apart", pass + `{"Action":"skip","Package":"q"}` + "\n", "(1 more have no tests)", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			sum := &summary{out: &out, output: map[string]*strings.Builder{}}
			if err := sum.read(strings.NewReader(c.stream)); err != nil {
				t.Fatal(err)
			}
			if good := sum.print(); good != c.good {
				t.Errorf("good = %v, want %v", good, c.good)
			}
			if !strings.Contains(out.String(), c.wants) {
				t.Errorf("output lacks %q:\n%s", c.wants, out.String())
			}
		})
	}
}
