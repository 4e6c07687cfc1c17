package batch

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// MostRules is how many rules stand on one workbook.
const MostRules = 8

const maxTitle = 60 // characters

// Request says what a workbook is for.
type Request struct {
	Rules []string
	Day   core.Day
	Title string
}

// Blank is a workbook that is to be filled in.
type Blank struct {
	Village     core.Area
	VillageName string
	Day         core.Day
	Title       string
	Rules       []rulebook.Rule
	Households  []household
}

// household is a line of the village's list.
type household struct {
	id     core.ID
	number int64
	group  string
	head   string
	closed bool
}

const sqlVillageName = `SELECT name FROM area WHERE code = $1`

// The order is that of the printed lists: by group and number.
const sqlHouseholds = `SELECT h.id, h.number, COALESCE(g.name, ''), h.head, CASE WHEN h.state = 'active' THEN 0 ELSE 1 END
	FROM household h
	LEFT JOIN area g ON g.code = h.grp
	WHERE h.village = $1 ORDER BY COALESCE(g.sort, 0), h.grp, h.number`

func households(ctx context.Context, tx *store.Tx, village core.Area) (list []household, err error) {
	err = tx.Rows(ctx, sqlHouseholds, func(r store.Row) error {
		var h household
		err := r.Scan(&h.id, &h.number, &h.group, &h.head, store.Bool(&h.closed))
		list = append(list, h)
		return err
	}, village)
	return list, err
}

// Blank gathers what a blank workbook holds: the village's households in the order of its list and the rules that are in
// force on the day.
func (s *Service) Blank(ctx context.Context, by core.Actor, village core.Area, in Request) (Blank, error) {
	out := Blank{Village: village, Day: in.Day}
	err := access.Require(by, access.OpSubmitClaim, village)
	if err != nil {
		return out, err
	}
	if out.Title, err = claims.CleanText(strings.ReplaceAll(in.Title, "\n", " "), "title", maxTitle); err != nil {
		return out, err
	}
	if n := len(in.Rules); n == 0 || n > MostRules {
		return out, errs.New(errs.Invalid, "batch.bad_number_of_rules", "most", MostRules).At("rules")
	}
	if !in.Day.Valid() {
		return out, errs.New(errs.Invalid, "claims.bad_day").At("day")
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i, code := range in.Rules {
			if slices.Contains(in.Rules[:i], code) {
				continue
			}
			rule, _, err := rulebook.RuleAt(ctx, tx, village, in.Day, code)
			if err != nil {
				return err
			}
			out.Rules = append(out.Rules, rule)
		}
		if err := tx.Row(ctx, sqlVillageName, village).Scan(&out.VillageName); err != nil {
			return err
		}
		list, err := households(ctx, tx, village)
		out.Households = slices.DeleteFunc(list, func(h household) bool { return h.closed })
		return err
	})
	return out, err
}

// The labels of the rows above the table, and the columns before those of the rules.
const (
	labelVillage = "batch.label.village"
	labelDay     = "batch.label.day"
	labelTitle   = "batch.label.title"
	headRow      = 6
	fixedColumns = 3
)

// Write writes the workbook.
func (b Blank) Write(w io.Writer, lang messages.Lang) error {
	say := func(key string) string { return messages.Text(lang, key, nil) }
	f := excelize.NewFile()
	defer f.Close()
	name := say("batch.sheet")
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	rows := [][]any{
		{say(labelVillage), b.Village.String(), b.VillageName},
		{say(labelDay), b.Day.String()},
		{say(labelTitle), b.Title},
		{say("batch.how")},
		{},
		b.heading(lang),
	}
	for _, h := range b.Households {
		rows = append(rows, []any{h.number, h.group, h.head})
	}
	for i, row := range rows {
		if err := f.SetSheetRow(name, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	if err := b.dress(f, name); err != nil {
		return err
	}
	return f.Write(w)
}

// heading names the columns. A rule's column begins with its code, by which it is read again, and says what to write.
func (b Blank) heading(lang messages.Lang) []any {
	row := []any{messages.Text(lang, "import.column.number", nil), messages.Text(lang, "import.column.group", nil), messages.Text(lang, "import.column.head", nil)}
	for _, r := range b.Rules {
		text, unit := r.TextZh, r.UnitZh
		if lang == messages.English && r.TextEn != "" {
			text, unit = r.TextEn, r.UnitEn
		}
		switch {
		case len(r.Scale) > 0:
			var steps []string
			for i, s := range r.Scale {
				label := s.LabelZh
				if lang == messages.English && s.LabelEn != "" {
					label = s.LabelEn
				}
				steps = append(steps, strconv.Itoa(i+1)+"="+label)
			}
			text += " " + strings.Join(steps, " ")
		case r.Per == rulebook.PerUnit:
			text += " " + messages.Text(lang, "batch.count_of", map[string]any{"unit": unit})
		default:
			text += " " + messages.Text(lang, "batch.tick", nil)
		}
		row = append(row, r.Code+" "+text)
	}
	return row
}

func (b Blank) dress(f *excelize.File, name string) error {
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": what is typed stays as it is
	if err != nil {
		return err
	}
	head, err := f.NewStyle(&excelize.Style{NumFmt: 49, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3E9D8"}}})
	if err != nil {
		return err
	}
	last, err := excelize.ColumnNumberToName(fixedColumns + len(b.Rules))
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return f.SetCellStyle(name, "A1", "C3", text) },
		func() error { return f.SetCellStyle(name, "A"+strconv.Itoa(headRow), last+strconv.Itoa(headRow), head) },
		func() error { return f.SetColWidth(name, "A", "A", 10) },
		func() error { return f.SetColWidth(name, "B", "C", 16) },
		func() error { return f.SetColWidth(name, "D", last, 22) },
		func() error { return f.SetRowHeight(name, headRow, 48) },
		func() error {
			cell := "D" + strconv.Itoa(headRow+1)
			return f.SetPanes(name, &excelize.Panes{Freeze: true, XSplit: fixedColumns, YSplit: headRow, TopLeftCell: cell, ActivePane: "bottomRight"})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
