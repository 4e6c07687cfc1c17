package rulebook

import (
	"unicode/utf8"

	"qunyan/internal/errs"
	"qunyan/internal/rulebook/condition"
)

// Condition is what a rule asks for beyond its fields. Without an expression there is none.
type Condition struct {
	Expr   string `json:"expr"`    // in the language of package condition
	TextZh string `json:"text_zh"` // in plain words, as the public reads it
	TextEn string `json:"text_en" required:"false"`
}

// None says that there is no condition.
func (c Condition) None() bool { return c.Expr == "" }

const maxCondition = 120 // characters of a condition's words

// check refuses a condition that could not be worked out, that costs too much, or that is not said in words.
// Errors: rulebook.condition_text; rulebook.condition_… (line, column) at condition.expr.
func (c Condition) check() error {
	if c.None() {
		if c.TextZh != "" || c.TextEn != "" {
			return errs.New(errs.Invalid, "rulebook.condition_text").At("condition.expr")
		}
		return nil
	}
	text := func(s string, most int) bool { return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most }
	switch {
	case c.TextZh == "" || !text(c.TextZh, maxCondition):
		return errs.New(errs.Invalid, "rulebook.condition_text").At("condition.text_zh")
	case !text(c.TextEn, 3*maxCondition):
		return errs.New(errs.Invalid, "rulebook.condition_text").At("condition.text_en")
	}
	if _, fault := condition.Compile(c.Expr); fault != nil {
		return errs.New(errs.Invalid, "rulebook.condition_"+string(fault.Kind), "line", fault.Line, "column", fault.Column).At("condition.expr")
	}
	return nil
}
