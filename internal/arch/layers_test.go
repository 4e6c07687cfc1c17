package arch

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// layers lists the steps of the house from the ground up. A package may import what stands on a lower step, never its
// neighbours and never what stands above it.
func layers() [][]string {
	return [][]string{
		{"core", "errs"},
		{"messages", "proof"},
		{"store"},
		{"seal"},
		{"audit", "tally"},
		{"access"},
		{"commands"},
		{"directory", "files"},
		{"ledger", "rulebook"},
		{"claims", "market"},
		{"branch", "gatherings", "households", "voices", "appraisal", "batch", "offline", "awards", "talent", "stationing", "works", "coops", "notices"},
		{"report", "backup"},
		{"api", "page", "demo"},
		{"app"},
		{"bench", "torture"},
		{"cmd"},
	}
}

// neighbours are the imports within one step, or against the order, that we decided to allow, each with its reason.
func neighbours() map[string]string {
	return map[string]string{
		"core→errs":       "the ground floor is one floor: parsers say what is wrong with a value",
		"api/apitest→app": "the API is tested as app really puts it together",
		"demo→app":        "the demo plays its months through the product as it is really put together",
	}
}

// owners names the packages that alone may import something from outside, and what the others do instead.
func owners() []struct {
	prefix, owner, instead string
} {
	return []struct{ prefix, owner, instead string }{
		{"database/sql", "store", "use store.View and store.Tx"},
		{"modernc.org/sqlite", "store", "use store.View and store.Tx"},
		{"github.com/jackc/pgx", "store", "use store.View and store.Tx"},
		{"cel.dev/cel-go", "rulebook", "write rules' conditions in rulebook/condition"},
		{"github.com/danielgtaylor/huma", "api", "return plain types and errs errors; api maps them"},
	}
}

// step is the layer a package stands on; sub-packages stand with their parent. The web assets import nothing of ours
// and may be served by whoever serves; tests may use storetest.
func step(short string) int {
	top, _, _ := strings.Cut(short, "/")
	return slices.IndexFunc(layers(), func(names []string) bool { return slices.Contains(names, top) })
}

// isTestSupport tells the packages that exist for tests, like storetest; the last part of their name says so.
func isTestSupport(short string) bool { return strings.HasSuffix(short, "test") }

func checkLayers(tr *tree) (found []string) {
	for _, p := range tr.packages {
		if !strings.HasPrefix(p.dir, "internal/") && !strings.HasPrefix(p.dir, "cmd/") {
			continue
		}
		if step(p.short()) < 0 && p.short() != "arch" {
			found = append(found, fmt.Sprintf("%s: this package stands on no step; add it to layers() in internal/arch and to the tree in docs/architecture.md", p.dir))
			continue
		}
		for _, s := range p.sources {
			for _, spec := range s.ast.Imports {
				to, _ := strconv.Unquote(spec.Path.Value)
				if problem := importProblem(p, s, to); problem != "" {
					found = append(found, tr.at(spec.Pos())+": "+problem)
				}
			}
		}
	}
	return found
}

func importProblem(p *pkg, s source, to string) string {
	from := p.short()
	for _, o := range owners() {
		if strings.HasPrefix(to, o.prefix) && strings.Split(from, "/")[0] != o.owner {
			return fmt.Sprintf("only %s may import %s; %s", o.owner, to, o.instead)
		}
	}
	if from == "errs" && strings.Contains(strings.Split(to, "/")[0], ".") && !s.test {
		return "errs stands on the ground and imports the standard library only"
	}
	if !strings.HasPrefix(to, module+"/") || to == path.Join(module, p.dir) {
		return ""
	}
	if !strings.HasPrefix(to, module+"/internal/") {
		if to == module+"/web" && step(from) >= step("api") {
			return ""
		}
		return "only api, page, app and cmd may import " + to
	}
	return ownImportProblem(from, strings.TrimPrefix(to, module+"/internal/"), s.test)
}

func ownImportProblem(from, to string, test bool) string {
	top := func(short string) string { return strings.Split(short, "/")[0] }
	switch {
	case isTestSupport(to) && !test && !isTestSupport(from):
		return to + " is for tests; shipped code must not import it"
	case isTestSupport(to) && step(to) <= step(from):
		return ""
	case from == "arch" && test, top(from) == top(to), neighbours()[from+"→"+to] != "":
		return ""
	case step(to) < 0:
		return fmt.Sprintf("%s stands on no step of layers() in internal/arch", to)
	case step(to) < step(from):
		return ""
	case step(to) == step(from):
		return fmt.Sprintf("%s and %s stand on one step and must not know each other; let the caller above both join them, or move what they share a step down", from, to)
	}
	return fmt.Sprintf("%s stands below %s and must not import it; imports point down the list in layers()", from, to)
}
