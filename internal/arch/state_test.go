package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// unchanging are constructors of values that nothing changes afterwards, so that a package may keep one in a variable
// because Go has no constants of that type.
func unchanging() []string {
	return []string{
		"errors.New", "fmt.Errorf", "regexp.MustCompile", "strings.NewReplacer", "time.FixedZone", "time.Date",
		"html/template.Must", "text/template.Must", "base32.NewEncoding", "encoding/base32.NewEncoding",
		// A value computed at its first use and never again.
		"sync.OnceValue", "sync.OnceValues", "sync.OnceFunc",
	}
}

// checkState finds package-level variables that are, or could become, state shared behind everybody's back.
func checkState(tr *tree) (found []string) {
	for _, p := range tr.packages {
		changed := changedVariables(p)
		for _, s := range p.sources {
			for _, decl := range s.ast.Decls {
				gen, ok := decl.(*ast.GenDecl)
				if !ok || gen.Tok != token.VAR {
					continue
				}
				for _, spec := range gen.Specs {
					found = append(found, tr.specProblems(p, s, gen, spec.(*ast.ValueSpec), changed)...)
				}
			}
		}
	}
	return found
}

func (tr *tree) specProblems(p *pkg, s source, gen *ast.GenDecl, spec *ast.ValueSpec, changed map[types.Object]token.Pos) (found []string) {
	for i, name := range spec.Names {
		if name.Name == "_" || isEmbed(gen, spec) {
			continue
		}
		if pos, is := changed[p.uses.Defs[name]]; is {
			found = append(found, fmt.Sprintf("%s: package variable %s is changed at %s; make it a field of a value that is passed on", tr.at(name.Pos()), name.Name, tr.at(pos)))
			continue
		}
		var value ast.Expr
		if i < len(spec.Values) {
			value = spec.Values[i]
		}
		if !mayStand(p, s, name, value) {
			found = append(found, fmt.Sprintf("%s: package variable %s; allowed are errors, compiled expressions and templates, embedded files and unexported lookup tables that nothing changes", tr.at(name.Pos()), name.Name))
		}
	}
	return found
}

func isEmbed(gen *ast.GenDecl, spec *ast.ValueSpec) bool {
	for _, group := range []*ast.CommentGroup{gen.Doc, spec.Doc} {
		if group == nil {
			continue
		}
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

func mayStand(p *pkg, s source, name *ast.Ident, value ast.Expr) bool {
	if p.name == "main" && name.Name == "version" { // the linker writes it
		return true
	}
	switch v := value.(type) {
	case *ast.CompositeLit: // a lookup table; a struct would be a settings object
		return !name.IsExported() && isTable(p.uses, v)
	case *ast.CallExpr:
		if _, bytes := v.Fun.(*ast.ArrayType); bytes { // []byte("…"), a table of bytes
			return !name.IsExported()
		}
		return isUnchanging(p.uses, v, s.test)
	}
	return false
}

func isTable(info *types.Info, lit *ast.CompositeLit) bool {
	switch lit.Type.(type) {
	case *ast.MapType, *ast.ArrayType:
		return true
	}
	if t := info.Types[lit].Type; t != nil {
		switch t.Underlying().(type) {
		case *types.Map, *types.Array, *types.Slice:
			return true
		}
	}
	return false
}

// isUnchanging follows a chain such as errs.New(…).At(…) to the call it begins with.
func isUnchanging(info *types.Info, call *ast.CallExpr, test bool) bool {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if inner, ok := sel.X.(*ast.CallExpr); ok {
			return isUnchanging(info, inner, test)
		}
		if base, ok := sel.X.(*ast.SelectorExpr); ok { // base64.URLEncoding.WithPadding(…)
			return strings.HasPrefix(imported(info, base.X), "encoding/")
		}
	}
	from, name := callee(info, call)
	if from == path.Join(module, "internal/errs") || test && from == "flag" {
		return true
	}
	return slices.Contains(unchanging(), from+"."+name)
}

// changedVariables finds the package-level variables that some statement of the package writes to or could write to.
func changedVariables(p *pkg) map[types.Object]token.Pos {
	changed := map[types.Object]token.Pos{}
	note := func(e ast.Expr, pos token.Pos) {
		if obj, ok := p.uses.Uses[root(e)].(*types.Var); ok && obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
			changed[obj] = pos
		}
	}
	for _, s := range p.sources {
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					note(left, n.Pos())
				}
			case *ast.IncDecStmt:
				note(n.X, n.Pos())
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					note(n.Key, n.Pos())
					note(n.Value, n.Pos())
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					note(n.X, n.Pos())
				}
			case *ast.CallExpr:
				if len(n.Args) > 0 && changesFirst(p.uses, n) {
					note(n.Args[0], n.Pos())
				}
			}
			return true
		})
	}
	return changed
}

// root is the variable that an expression like a.b[c].d starts from; nil if it starts from something else.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// changesFirst knows the functions that write to their first argument.
func changesFirst(info *types.Info, call *ast.CallExpr) bool {
	if id, ok := call.Fun.(*ast.Ident); ok {
		return slices.Contains([]string{"delete", "clear", "copy"}, id.Name)
	}
	from, name := callee(info, call)
	switch from {
	case "sort":
		return true
	case "slices":
		return strings.HasPrefix(name, "Sort") || name == "Reverse"
	case "maps":
		return name == "Copy" || name == "DeleteFunc"
	}
	return false
}
