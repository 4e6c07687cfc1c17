package arch

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

const (
	maxFunctionLines = 70
	maxFileLines     = 500
)

// checkSizes holds functions to a screen or two, and files to what a reader takes in at a sitting.
func checkSizes(tr *tree) (found []string) {
	for _, f := range tr.files {
		measured := path.Ext(f.path) == ".go" ||
			strings.HasPrefix(f.path, "web/") && slices.Contains([]string{".ts", ".vue", ".mjs"}, path.Ext(f.path))
		lines := strings.Count(f.text, "\n")
		// schema.d.ts is generated from the API's contract.
		if measured && lines > maxFileLines && path.Base(f.path) != "schema.d.ts" {
			found = append(found, fmt.Sprintf("%s: %d lines; a file has at most %d, split it by what it is about", f.path, lines, maxFileLines))
		}
	}
	for _, p := range tr.packages {
		for _, s := range p.sources {
			for _, decl := range s.ast.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				lines := tr.fset.Position(fn.End()).Line - tr.fset.Position(fn.Pos()).Line + 1
				if lines > maxFunctionLines {
					found = append(found, fmt.Sprintf("%s: %s has %d lines; a function has at most %d, give its parts names", tr.at(fn.Pos()), fn.Name.Name, lines, maxFunctionLines))
				}
			}
		}
	}
	return found
}

// checkNames refuses packages named after nothing, and init functions.
func checkNames(tr *tree) (found []string) {
	vague := []string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc", "shared", "base", "lib", "types"}
	for _, p := range tr.packages {
		if slices.Contains(vague, p.name) || slices.Contains(vague, path.Base(p.dir)) && strings.HasPrefix(p.dir, "internal/") {
			found = append(found, fmt.Sprintf("%s: a package is named after what it knows, not %q", p.dir, p.name))
		}
		for _, s := range p.sources {
			for _, decl := range s.ast.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					found = append(found, tr.at(fn.Pos())+": no init functions; build the value where it is used and pass it on")
				}
			}
		}
	}
	return found
}

// reserved are functions of the standard library that only some packages may call, because a test or the demo has to
// be able to stand in for them.
func reserved() []struct {
	calls   []string
	owners  []string
	instead string
} {
	return []struct {
		calls   []string
		owners  []string
		instead string
	}{
		{[]string{"time.Now", "time.Since", "time.Until"}, []string{"core"}, "take a core.Clock; the demo lives nine months in a minute"},
		{[]string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv"}, []string{"app", "cmd", "store/storetest"}, "take the value as a parameter; app.Config reads the environment"},
		{[]string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln"}, []string{"cmd", "scripts/gotest"}, "return an error; main alone ends the process"},
	}
}

// checkReserved looks at every mention, not only calls: `now: time.Now` reads the clock as well.
func checkReserved(tr *tree) (found []string) {
	for _, p := range tr.packages {
		for _, s := range p.sources {
			if s.test {
				continue
			}
			ast.Inspect(s.ast, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				from := imported(p.prod, sel.X)
				for _, r := range reserved() {
					if from != "" && slices.Contains(r.calls, from+"."+sel.Sel.Name) && !slices.Contains(r.owners, p.short()) {
						found = append(found, fmt.Sprintf("%s: only %s may use %s.%s; %s", tr.at(sel.Pos()), strings.Join(r.owners, ", "), from, sel.Sel.Name, r.instead))
					}
				}
				return true
			})
		}
	}
	return found
}

// checkFloats keeps fractions out of the packages that count points and money.
func checkFloats(tr *tree) (found []string) {
	counting := []string{"core", "ledger", "rulebook", "claims", "market", "coops", "awards"}
	for _, p := range tr.packages {
		if !slices.Contains(counting, p.short()) {
			continue
		}
		for _, s := range p.sources {
			ast.Inspect(s.ast, func(n ast.Node) bool {
				id, ok := n.(*ast.Ident)
				if ok && !s.test && (id.Name == "float64" || id.Name == "float32") {
					found = append(found, tr.at(id.Pos())+": points and fen are whole numbers; "+p.short()+" has no floats")
				}
				return true
			})
		}
	}
	return found
}
