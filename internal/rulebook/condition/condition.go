package condition

import (
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Limits on a condition and its run.
const (
	MaxText   = 400 // characters
	MaxCost   = 150 // steps of work, as the language counts them
	TimeLimit = 100 * time.Millisecond
)

// FaultKind is what is wrong with a condition.
type FaultKind string

// The kinds of fault; keys "rulebook.condition_…" of the catalogue.
const (
	TooLong   FaultKind = "long"
	Syntax    FaultKind = "syntax"
	Unknown   FaultKind = "unknown" // a name or an operation there is not, or one that does not go with its values
	BadResult FaultKind = "result"  // neither yes or no nor a whole number
	TooCostly FaultKind = "cost"
	Fails     FaultKind = "fails" // divides by zero, or leaves the whole numbers, for plain deeds
)

// Fault says what is wrong with a condition and where; line and column count from 1, 0 where it is no one place.
type Fault struct {
	Kind         FaultKind
	Line, Column int
}

func (f *Fault) Error() string { return "condition: " + string(f.Kind) }

// Program is a compiled condition. It is safe for concurrent use.
type Program struct {
	run    cel.Program
	points bool
	names  map[string]bool
}

// Uses says whether the condition asks for a variable.
func (p *Program) Uses(name string) bool { return p.names[name] }

// Verdict is what a condition says of a deed.
type Verdict struct {
	Met       bool
	HasPoints bool  // it says how many points one unit is worth
	Points    int64 // if so
}

// language is the one environment all conditions are compiled in; nothing changes it.
var language = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewCustomEnv(append(declarations(),
		cel.StdLib(cel.StdLibSubset(&env.LibrarySubset{DisableMacros: true, IncludeFunctions: operations()})),
		cel.ClearMacros(), cel.ParserRecursionLimit(40), cel.ParserExpressionSizeLimit(4*MaxText))...)
})

// operations are all there is to compute with.
func operations() []*env.Function {
	only := func(name string, overloads ...string) *env.Function {
		f := env.NewFunction(name)
		for _, id := range overloads {
			f.Overloads = append(f.Overloads, env.NewOverload(id, nil, nil))
		}
		return f
	}
	return []*env.Function{
		only(operators.Conditional), only(operators.LogicalAnd), only(operators.LogicalOr), only(operators.LogicalNot),
		only(operators.Equals), only(operators.NotEquals),
		only(operators.Add, "add_int64"), only(operators.Subtract, "subtract_int64"), only(operators.Multiply, "multiply_int64"),
		only(operators.Divide, "divide_int64"), only(operators.Modulo, "modulo_int64"), only(operators.Negate, "negate_int64"),
		only(operators.Less, "less_int64"), only(operators.LessEquals, "less_equals_int64"),
		only(operators.Greater, "greater_int64"), only(operators.GreaterEquals, "greater_equals_int64"),
		only(operators.In, "in_list"),
	}
}

// Compile reads a condition and refuses one that could not be worked out for every deed within the limits.
func Compile(text string) (*Program, *Fault) {
	if n := utf8.RuneCountInString(text); n > MaxText || !utf8.ValidString(text) {
		return nil, &Fault{Kind: TooLong}
	}
	lang, err := language()
	if err != nil {
		return nil, &Fault{Kind: Fails}
	}
	parsed, issues := lang.Parse(text)
	if issues.Err() != nil {
		return nil, faultAt(Syntax, issues)
	}
	checked, issues := lang.Check(parsed)
	if issues.Err() != nil {
		return nil, faultAt(Unknown, issues)
	}
	result := checked.OutputType()
	if result != cel.BoolType && result != cel.IntType {
		return nil, &Fault{Kind: BadResult}
	}
	cost, err := lang.EstimateCost(checked, sizes{})
	if err != nil || cost.Max > MaxCost {
		return nil, &Fault{Kind: TooCostly}
	}
	run, err := lang.Program(checked, cel.CostLimit(MaxCost), cel.InterruptCheckFrequency(20))
	if err != nil {
		return nil, &Fault{Kind: Fails}
	}
	p := &Program{run: run, points: result == cel.IntType, names: namesIn(checked)}
	for _, plain := range plainDeeds() {
		if _, err := p.Run(context.Background(), plain); err != nil {
			return nil, &Fault{Kind: Fails}
		}
	}
	return p, nil
}

// faultAt is the first of the issues. One that has no place is the reader's own limit on how deep a text is nested.
func faultAt(kind FaultKind, issues *cel.Issues) *Fault {
	for _, issue := range issues.Errors() {
		if issue.Location.Line() > 0 {
			return &Fault{Kind: kind, Line: issue.Location.Line(), Column: issue.Location.Column() + 1}
		}
	}
	return &Fault{Kind: TooCostly}
}

func namesIn(checked *cel.Ast) map[string]bool {
	names := map[string]bool{}
	whole := ast.NavigateAST(checked.NativeRep())
	for _, one := range ast.MatchDescendants(whole, ast.KindMatcher(ast.IdentKind)) {
		names[one.AsIdent()] = true
	}
	return names
}

// Run works a condition out for a deed. An error means that it cannot be worked out for this one: the numbers grew too
// large, or something was divided by zero.
func (p *Program) Run(ctx context.Context, f Facts) (Verdict, error) {
	ctx, cancel := context.WithTimeout(ctx, TimeLimit)
	defer cancel()
	value, _, err := p.run.ContextEval(ctx, f.activation())
	if err != nil {
		return Verdict{}, &Fault{Kind: Fails}
	}
	if p.points {
		n, ok := value.(types.Int)
		if !ok {
			return Verdict{}, &Fault{Kind: Fails}
		}
		return Verdict{Met: n != 0, HasPoints: true, Points: int64(n)}, nil
	}
	return Verdict{Met: value == types.True}, nil
}

// Gives says what the condition answers with: bool for yes or no, int for the points of one unit.
func (p *Program) Gives() string {
	if p.points {
		return "int"
	}
	return "bool"
}

// Set keeps compiled conditions, so that each is compiled once. The zero value is empty; it is safe for concurrent use.
type Set struct {
	mu   sync.Mutex
	kept map[string]*Program
}

// maxKept is how many conditions are kept before all are forgotten: a county has some dozens.
const maxKept = 2000

// Get compiles a condition, or finds it.
func (s *Set) Get(text string) (*Program, error) {
	s.mu.Lock()
	p := s.kept[text]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, fault := Compile(text)
	if fault != nil {
		return nil, fault
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil || len(s.kept) >= maxKept {
		s.kept = map[string]*Program{}
	}
	s.kept[text] = p
	return p, nil
}
