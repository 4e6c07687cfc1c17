package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// statement is one constant SQL statement of shipped code.
type statement struct {
	text string
	name string // "claims.sqlInsert" if it is a named constant, else the package
	pkg  *pkg
	pos  token.Pos
}

// statements finds every constant string of shipped code that begins like SQL. A constant that is only ever used as a
// part of longer ones ("SELECT columns FROM line" + " WHERE …") is judged inside them.
func (tr *tree) statements() (all []statement) {
	use := constantUses{alone: map[types.Object]bool{}, part: map[types.Object]bool{}}
	for _, p := range tr.packages {
		for _, s := range p.sources {
			if !s.test && !isTestSupport(p.short()) { // which reads whole tables, whatever they are called
				use.collect(p, s.ast)
			}
		}
	}
	for _, f := range use.found {
		if f.defines == nil || use.alone[f.defines] || !use.part[f.defines] {
			all = append(all, f.statement)
		}
	}
	slices.SortFunc(all, func(a, b statement) int { return int(a.pos - b.pos) })
	return all
}

type foundConstant struct {
	statement
	defines types.Object // the constant it is the value of
}

type constantUses struct {
	found       []foundConstant
	alone, part map[types.Object]bool // constants that stand somewhere by themselves; that are part of a longer one
}

// collect walks down to the outermost constant string expressions.
func (u *constantUses) collect(p *pkg, file *ast.File) {
	defines := map[ast.Expr]types.Object{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.ValueSpec:
			for i, v := range n.Values {
				if c, ok := p.prod.Defs[n.Names[min(i, len(n.Names)-1)]].(*types.Const); ok {
					defines[v] = c
				}
			}
		case ast.Expr:
			text, ok := constantString(p.prod, n)
			if !ok {
				return true
			}
			u.take(p, n, text, defines[n])
			return false
		}
		return true
	})
}

func (u *constantUses) take(p *pkg, e ast.Expr, text string, defines types.Object) {
	whole := constantOf(p.prod, e)
	if whole != nil {
		u.alone[whole] = true
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && whole == nil {
			if c, ok := p.prod.Uses[id].(*types.Const); ok {
				u.part[c] = true
			}
		}
		return true
	})
	if whole == nil && isSQL(text) {
		name := p.short()
		if defines != nil {
			name += "." + defines.Name()
		}
		u.found = append(u.found, foundConstant{statement{text, name, p, e.Pos()}, defines})
	}
}

// constantOf is the constant an expression merely names; nil if the expression is more than a name.
func constantOf(info *types.Info, e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return constantOf(info, e.X)
	case *ast.Ident:
		c, _ := info.Uses[e].(*types.Const)
		if c != nil {
			return c
		}
	case *ast.SelectorExpr:
		return constantOf(info, e.Sel)
	}
	return nil
}

func isSQL(text string) bool {
	return regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`).MatchString(text)
}

// checkParameters wants $1, $2 … in the order of their first use and without a gap: drivers disagree on how they number
// parameters, and only in this order do they agree.
func checkParameters(tr *tree) (found []string) {
	for _, s := range tr.statements() {
		highest := 0
		for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(s.text, -1) {
			n, _ := strconv.Atoi(m[1])
			if n > highest+1 || n == 0 {
				found = append(found, fmt.Sprintf("%s: %s uses $%d before $%d; number parameters in the order of their first use", tr.at(s.pos), s.name, n, highest+1))
				break
			}
			highest = max(highest, n)
		}
		if strings.Contains(s.text, "?") {
			found = append(found, fmt.Sprintf("%s: %s has a ?; parameters are written $1, $2 …", tr.at(s.pos), s.name))
		}
	}
	return found
}

// acrossVillages are the statements that read or write the rows of many villages at once, each with its reason. Where
// rows are spread over machines they go to all of them, so none of them may stand in a village's command.
func acrossVillages() map[string]string {
	return map[string]string{
		"app.purgeIntentsSQL":       "a job sweeps the intents that are older than anybody's retry, alone in its transaction",
		"audit.nextAreaSQL":         "the auditor of a county steps from one area that has lines to the next",
		"backup.countsSQL":          "counts the copy of a whole installation, to compare when it is put back",
		"backup.photosSQL":          "a restore looks for every photo; nobody uses the database yet",
		"claims.sqlDueDown":         "a job finds the lists whose page has to come down; each is taken down in its village",
		"claims.sqlForgotten":       "a job finds the villages that forgot to close a month; each is reminded in its village",
		"report.sqlRuled":           "which of the county's villages have rules in force, one small row a version",
		"report.sqlReminded":        "which of the county's villages were reminded of a month",
		"report.sqlOverdue":         "which of the county's villages owe an answer, from the open objections",
		"claims.sqlInterrupted":     "a job finds the few closes that were interrupted; each is finished in its village",
		"files.looseSQL":            "a job finds the photos that nothing took, wherever they are; each is removed in its village",
		"files.forgetDaysSQL":       "a job forgets the counts of days gone by, of all villages at once",
		"ledger.sqlUnsealed":        "a job finds the books with lines that no checkpoint covers; each is sealed in its village",
		"ledger.sqlNextVillage":     "verify steps from one village that has anything in a book to the next",
		"seal.sqlNewestOfAll":       "a rotation, once in years, asks what was signed last anywhere",
		"report.sqlCounts":          "the county's and the township's figures, from counters",
		"report.sqlMonths":          "the county's months, from counters",
		"report.sqlVillages":        "the county's list of villages, one row of each table per village",
		"report.sqlWaiting":         "what waits in the county's villages, from counters",
		"report.sqlActs":            "what an area's villages did in a month, a range of each one's audit trail; nobody's command waits for it",
		"report.sqlRollSheets":      "which of an area's sheets of a month a roll-call became",
		"report.sqlAppraisalSheets": "which of an area's sheets of a month an appraisal became",
		"report.sqlFileSheets":      "which of an area's sheets of a month came out of workbooks",
		"report.sqlMonthSheets":     "the sheets of a month in an area's villages",
		"report.sqlQueues":          "a township's villages with claims that wait, from the counters",
	}
}

// checkVillage wants every statement on a table whose key starts with the village to say which village, and every table
// in it to be held to that one: it keeps villages apart, and it is what lets a statement go whole to the machine that
// has the village's rows (docs/sql.md, "Spread over machines").
func checkVillage(tr *tree) (found []string) {
	keyed := tr.villageTables()
	for _, s := range tr.statements() {
		loose, problems := routed(s.text, keyed)
		if loose != "" && acrossVillages()[s.name] == "" {
			found = append(found, fmt.Sprintf("%s: %s reads or writes %s without saying of which village; add the village to its condition", tr.at(s.pos), s.name, loose))
		}
		for _, p := range problems {
			found = append(found, fmt.Sprintf("%s: %s %s", tr.at(s.pos), s.name, p))
		}
	}
	return found
}

// migrationSteps are the statements of all migrations, without comments.
func (tr *tree) migrationSteps() (steps []statement) {
	for _, f := range tr.files {
		if path.Dir(f.path) != "internal/store/migrations" || path.Ext(f.path) != ".sql" {
			continue
		}
		for _, text := range strings.Split(regexp.MustCompile(`--[^\n]*`).ReplaceAllString(f.text, ""), ";") {
			if text = strings.TrimSpace(text); text != "" {
				steps = append(steps, statement{text: text, name: f.path})
			}
		}
	}
	return steps
}

// checkKeys wants the village in whatever must be unique in a table that is spread by it, because each machine sees to
// its own villages only; and it knows the few steps of a migration that go to all machines whole.
func checkKeys(tr *tree) (found []string) {
	keyed := tr.villageTables()
	index := regexp.MustCompile(`^CREATE UNIQUE INDEX \w+ ON (\w+) \(([^)]*)\)`)
	unique := regexp.MustCompile(`(?s)\b(?:UNIQUE|PRIMARY KEY) \(([^)]*)\)`)
	simple := regexp.MustCompile(`^(CREATE TABLE|CREATE INDEX|CREATE UNIQUE INDEX|DROP INDEX|DROP TABLE|ALTER TABLE \w+ ADD COLUMN)\s`)
	for _, s := range tr.migrationSteps() {
		say := func(what string) {
			found = append(found, fmt.Sprintf("%s: %.60q %s", s.name, strings.Join(strings.Fields(s.text), " "), what))
		}
		var keys []string
		table := ""
		if m := index.FindStringSubmatch(s.text); m != nil {
			table, keys = m[1], m[2:3]
		} else if m := regexp.MustCompile(`^CREATE TABLE (\w+)`).FindStringSubmatch(s.text); m != nil {
			table = m[1]
			if regexp.MustCompile(`_\d+$`).MatchString(table) {
				say("is named like a piece of a spread table; end the name in a word")
			}
			for _, k := range unique.FindAllStringSubmatch(s.text, -1) {
				keys = append(keys, k[1])
			}
			if keyed[table] && !regexp.MustCompile(`\bvillage\s+BIGINT NOT NULL\b`).MatchString(s.text) {
				say("needs village BIGINT NOT NULL, as all tables that lie together have it")
			}
		}
		for _, k := range keys {
			if keyed[table] && !slices.Contains(tokens(k), "village") {
				say("is unique without the village")
			}
		}
		if regexp.MustCompile(`\b(REFERENCES|TRIGGER|EXCLUDE|SERIAL|GENERATED|NEXTVAL)\b`).MatchString(strings.ToUpper(s.text)) {
			say("has a foreign key, a trigger or a sequence; the code keeps rows in order, not the engine")
		}
		if !simple.MatchString(s.text) {
			say("is no step that goes to every machine whole; see docs/sql.md")
		}
	}
	return found
}

// villageTables are the tables whose primary key starts with the village, as the migrations create them.
func (tr *tree) villageTables() map[string]bool {
	created := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	keyed := regexp.MustCompile(`(?m)PRIMARY KEY \(village\b|^\s*village\s[^\n]*PRIMARY KEY`)
	tables := map[string]bool{}
	for _, f := range tr.files {
		if path.Dir(f.path) != "internal/store/migrations" || path.Ext(f.path) != ".sql" {
			continue
		}
		for _, m := range created.FindAllStringSubmatch(f.text, -1) {
			tables[m[1]] = keyed.MatchString(m[2])
		}
	}
	return tables
}
