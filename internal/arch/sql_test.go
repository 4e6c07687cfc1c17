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
			if !s.test {
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

// acrossVillages are the packages whose statements may read many villages at once, and single statements elsewhere that
// may, each with its reason. A statement is named "package.constant".
func acrossVillages() map[string]string {
	return map[string]string{
		"report":         "the county's and the township's figures",
		"app":            "jobs that sweep what has expired",
		"store":          "knows no domain",
		"files.looseSQL": "the sweep of photos that nothing took, wherever they are",
	}
}

// checkVillage wants every statement on a table whose key starts with the village to say which village: it keeps
// villages apart, and it is what lets the rows be spread over machines by village.
func checkVillage(tr *tree) (found []string) {
	keyed := tr.villageTables()
	tableName := regexp.MustCompile(`\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)
	for _, s := range tr.statements() {
		if acrossVillages()[s.pkg.short()] != "" || acrossVillages()[s.name] != "" {
			continue
		}
		for _, m := range tableName.FindAllStringSubmatch(s.text, -1) {
			if keyed[m[1]] && !namesVillage(s.text) {
				found = append(found, fmt.Sprintf("%s: %s reads or writes %s without saying of which village; add the village to its condition", tr.at(s.pos), s.name, m[1]))
				break
			}
		}
	}
	return found
}

// namesVillage looks for the village in a condition, in the columns of an INSERT or in a row comparison.
func namesVillage(sql string) bool {
	return regexp.MustCompile(`\bvillage\s*(=|<|>|IN\b|BETWEEN\b)|=\s*\w+\.village\b|\(\s*(\w+\.)?village\s*[,)]`).MatchString(sql)
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
