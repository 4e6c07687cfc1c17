package ruletable

import (
	"slices"
	"strings"

	"qunyan/internal/directory/entry"
	"qunyan/internal/messages"
)

// Column is a column of a table. Its word is the field's in the API; key "rulefile.column.…" of the catalogue.
type Column string

// Part is one of the tables that a set of rules is written in; key "rulefile.sheet.…" of the catalogue.
type Part string

// The parts.
const (
	Rules        Part = "rules"         // one row a rule
	Scale        Part = "scale"         // one row a step of a graded rule
	Caps         Part = "caps"          // one row a further cap of a rule
	CategoryCaps Part = "category_caps" // one row a cap on a whole category
)

// Parts lists the tables in the order of the workbook.
func Parts() []Part { return []Part{Rules, Scale, Caps, CategoryCaps} }

// kind is how a column's cells are read.
type kind uint8

const (
	text  kind = iota // as written
	code              // of a rule
	whole             // a whole number
	yesNo
	word // one of the words under a prefix of the catalogue
)

// field describes a column. words is the prefix of its words, none what an empty cell means beside them.
type field struct {
	column Column
	kind   kind
	words  string
	width  int
}

// fields lists the columns of a part in the order they are written in.
func fields(p Part) []field {
	switch p {
	case Scale:
		return []field{{"code", code, "", 8}, {"label_zh", text, "", 22}, {"label_en", text, "", 26}, {"points", whole, "", 9}}
	case Caps:
		return []field{{"code", code, "", 8}, {"each", word, "rulefile.each.", 12}, {"cap_period", word, "rules.period.", 12}, {"cap_points", whole, "", 12}, {"cap_count", whole, "", 12}}
	case CategoryCaps:
		return []field{{"category", word, "rules.category.", 14}, {"cap_period", word, "rules.period.", 12}, {"cap_points", whole, "", 12}}
	}
	return []field{
		{"code", code, "", 8}, {"category", word, "rules.category.", 12}, {"kind", word, "rules.kind.", 10}, {"text_zh", text, "", 36},
		{"text_en", text, "", 40}, {"points", whole, "", 8}, {"points_min", whole, "", 8}, {"points_max", whole, "", 8},
		{"per", word, "rules.per.", 10}, {"unit_zh", text, "", 12}, {"unit_en", text, "", 14}, {"cap_period", word, "rules.period.", 10},
		{"cap_points", whole, "", 10}, {"cap_count", whole, "", 10}, {"proof_zh", text, "", 22}, {"proof_en", text, "", 26},
		{"approver", word, "rules.approver.", 16}, {"self", yesNo, "", 10},
		{"who", word, "rulefile.who.", 14}, {"who_tag", text, "", 12}, {"unit_size", whole, "", 10}, {"unit_round", word, "rulefile.round.", 14},
		{"list_category", word, "rules.category.", 14}, {"list_text", yesNo, "", 12}, {"warn_days", whole, "", 12},
		{"condition.expr", text, "", 24}, {"condition.text_zh", text, "", 24}, {"condition.text_en", text, "", 24},
	}
}

// Columns lists a part's columns in the order they are written in.
func Columns(p Part) []Column {
	var all []Column
	for _, f := range fields(p) {
		all = append(all, f.column)
	}
	return all
}

func fieldOf(p Part, c Column) (field, bool) {
	all := fields(p)
	i := slices.IndexFunc(all, func(f field) bool { return f.column == c })
	if i < 0 {
		return field{}, false
	}
	return all[i], true
}

// Label is a column's heading in a language.
func Label(lang messages.Lang, c Column) string {
	return messages.Text(lang, "rulefile.column."+string(c), nil)
}

// both writes a text of the catalogue in Chinese with the English after it.
func both(key string) string {
	return messages.Text(messages.Chinese, key, nil) + " " + messages.Text(messages.English, key, nil)
}

// key drops what differs between two people's spelling of a heading or a word: width, case, blanks and marks.
func key(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" *:/、·.,()“”\"'’—-", r) {
			return -1
		}
		return r
	}, strings.ToLower(entry.Clean(s)))
}

// lexicon knows every heading and every fixed word by its key.
type lexicon struct {
	headings map[Part]map[string]Column
	words    map[string]map[string]string // by prefix of the catalogue
}

func newLexicon() *lexicon {
	l := &lexicon{headings: map[Part]map[string]Column{}, words: map[string]map[string]string{}}
	for _, p := range Parts() {
		l.headings[p] = map[string]Column{}
		for _, f := range fields(p) {
			label := "rulefile.column." + string(f.column)
			for _, known := range []string{string(f.column), messages.Text(messages.Chinese, label, nil), messages.Text(messages.English, label, nil), both(label)} {
				l.headings[p][key(known)] = f.column
			}
			if f.words != "" {
				l.words[f.words] = meanings(f.words)
			}
		}
	}
	l.words["import."] = map[string]string{}
	for _, yes := range []string{"yes", "no"} {
		l.words["import."][yes] = yes
		for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
			l.words["import."][key(messages.Text(lang, "import."+yes, nil))] = yes
		}
	}
	for word, yes := range map[string]string{"true": "yes", "1": "yes", "false": "no", "0": "no"} {
		l.words["import."][word] = yes
	}
	return l
}

// meanings maps the words under a prefix to what they mean: either language's, and the API's own.
func meanings(prefix string) map[string]string {
	all := map[string]string{}
	for _, k := range messages.Keys(prefix) {
		means := strings.TrimPrefix(k, prefix)
		for _, known := range []string{means, messages.Text(messages.Chinese, k, nil), messages.Text(messages.English, k, nil)} {
			all[key(known)] = means
		}
	}
	return all
}

// choices lists the words under a prefix, for a sentence and for the workbook's lists.
func choices(lang messages.Lang, prefix string) []string {
	var all []string
	for _, k := range messages.Keys(prefix) {
		all = append(all, messages.Text(lang, k, nil))
	}
	return all
}
