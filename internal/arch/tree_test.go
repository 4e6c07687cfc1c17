package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "qunyan"

// tree is the repository as the rules see it.
type tree struct {
	fset     *token.FileSet
	files    []textFile
	packages []*pkg
}

// textFile is a file of text, by its path from the root with slashes.
type textFile struct {
	path, text string
}

// pkg is one Go package of a directory; an external test package (x_test) is one of its own.
type pkg struct {
	dir     string // from the root, "internal/ledger"
	name    string
	sources []source
	// uses resolves identifiers over all files, tests included; prod over the files that ship.
	uses, prod *types.Info
	shipped    *types.Package
}

// source is one parsed Go file.
type source struct {
	path string
	test bool
	ast  *ast.File
}

// short is the name a rule's table knows the package by: "ledger", "store/storetest", "cmd".
func (p *pkg) short() string {
	if strings.HasPrefix(p.dir, "cmd/") {
		return "cmd"
	}
	return strings.TrimPrefix(p.dir, "internal/")
}

// at writes a position the way compilers do, so that an editor can jump to it.
func (tr *tree) at(pos token.Pos) string {
	where := tr.fset.Position(pos)
	return fmt.Sprintf("%s:%d", where.Filename, where.Line)
}

// openRepository loads the repository this test runs in.
func openRepository(t *testing.T) *tree {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above the test's directory")
		}
	}
	return load(t, os.DirFS(root))
}

// load reads every text file below the root and type-checks every Go package.
func load(t *testing.T, root fs.FS) *tree {
	t.Helper()
	tr := &tree{fset: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && leftOut(name):
			return fs.SkipDir
		case entry.IsDir() || !entry.Type().IsRegular() || name == ".git": // in a linked worktree it is a file
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil || bytes.IndexByte(text, 0) >= 0 {
			return err
		}
		tr.files = append(tr.files, textFile{path: name, text: string(text)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.parse(); err != nil {
		t.Fatal(err)
	}
	return tr
}

// leftOut names directories that are not ours or not kept (see .gitignore).
func leftOut(dir string) bool {
	switch path.Base(dir) {
	case ".git", "node_modules", "dist", "bin", "demo-data", "test-results", "playwright-report", ".artifacts", ".idea", ".vscode":
		return true
	}
	return false
}

func (tr *tree) parse() error {
	byKey := map[string]*pkg{}
	for _, f := range tr.files {
		if path.Ext(f.path) != ".go" {
			continue
		}
		file, err := parser.ParseFile(tr.fset, f.path, f.text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		key := path.Dir(f.path) + " " + file.Name.Name
		if byKey[key] == nil {
			byKey[key] = &pkg{dir: path.Dir(f.path), name: file.Name.Name}
			tr.packages = append(tr.packages, byKey[key])
		}
		byKey[key].sources = append(byKey[key].sources, source{f.path, strings.HasSuffix(f.path, "_test.go"), file})
	}
	checker := &ownImports{tree: tr}
	for _, p := range tr.packages {
		checker.check(p)
		p.uses = newInfo()
		checker.run(p, p.uses, func(source) bool { return true })
	}
	return nil
}

// ownImports type-checks our own packages and gives every other import an empty package. The rules need to know what an
// identifier refers to and what a constant is worth, not whether the code compiles: the errors that the empty packages
// cause are of no interest, and nothing outside the repository has to be read.
type ownImports struct{ tree *tree }

// Import implements types.Importer.
func (c *ownImports) Import(name string) (*types.Package, error) {
	for _, p := range c.tree.packages {
		if path.Join(module, p.dir) == name && !strings.HasSuffix(p.name, "_test") {
			return c.check(p), nil
		}
	}
	base := path.Base(name)
	if strings.HasPrefix(base, "v") && strings.Trim(base[1:], "0123456789") == "" && base != name {
		base = path.Base(path.Dir(name))
	}
	empty := types.NewPackage(name, base)
	empty.MarkComplete()
	return empty, nil
}

// check type-checks the shipped files of p once.
func (c *ownImports) check(p *pkg) *types.Package {
	if p.prod == nil {
		p.prod = newInfo()
		p.shipped = c.run(p, p.prod, func(s source) bool { return !s.test })
	}
	if p.shipped == nil { // an import cycle; the compiler reports it
		p.shipped = types.NewPackage(path.Join(module, p.dir), p.name)
	}
	return p.shipped
}

func (c *ownImports) run(p *pkg, info *types.Info, wanted func(source) bool) *types.Package {
	var files []*ast.File
	for _, s := range p.sources {
		if wanted(s) {
			files = append(files, s.ast)
		}
	}
	config := types.Config{Importer: c, Error: func(error) {}, DisableUnusedImportCheck: true}
	checked, _ := config.Check(path.Join(module, p.dir), c.tree.fset, files, info)
	return checked
}

func newInfo() *types.Info {
	return &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}
}

// imported tells the import path that the identifier names a package by; "" if it names none.
func imported(info *types.Info, e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return ""
	}
	if name, ok := info.Uses[id].(*types.PkgName); ok {
		return name.Imported().Path()
	}
	return ""
}

// callee splits a call of a package's function into import path and name; "" for any other call.
func callee(info *types.Info, call *ast.CallExpr) (pkgPath, name string) {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if from := imported(info, sel.X); from != "" {
			return from, sel.Sel.Name
		}
	}
	return "", ""
}

// constantString is the value of a constant string expression.
func constantString(info *types.Info, e ast.Expr) (string, bool) {
	v := info.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
