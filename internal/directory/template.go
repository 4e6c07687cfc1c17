package directory

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"qunyan/internal/directory/entry"
	"qunyan/internal/messages"
)

// ColumnLabel is a column's heading in a language, as the template and the export write it and the import reads it.
func ColumnLabel(lang messages.Lang, c entry.Column) string {
	return messages.Text(lang, "import.column."+string(c), nil)
}

// WriteTemplate writes the workbook that clerks fill in: an empty table with its headings and choices, and a sheet that
// says how.
func WriteTemplate(w io.Writer, lang messages.Lang) error {
	f := excelize.NewFile()
	defer f.Close()
	t := template{f: f, lang: lang, table: messages.Text(lang, "import.sheet.households", nil), help: messages.Text(lang, "import.sheet.help", nil)}
	for _, step := range []func() error{t.sheets, t.headings, t.choices, t.explain} {
		if err := step(); err != nil {
			return err
		}
	}
	return f.Write(w)
}

type template struct {
	f           *excelize.File
	lang        messages.Lang
	table, help string // names of the sheets
}

func (t *template) text(key string) string { return messages.Text(t.lang, key, nil) }

func (t *template) sheets() error {
	if err := t.f.SetSheetName("Sheet1", t.table); err != nil {
		return err
	}
	_, err := t.f.NewSheet(t.help)
	return err
}

// filledRows is how far down the template offers choices and keeps columns as text.
const filledRows = 5000

func (t *template) headings() error {
	bold, err := t.f.NewStyle(&excelize.Style{
		Font:      &excelize.Font{Bold: true},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F3E9D8"}},
		Alignment: &excelize.Alignment{Vertical: "center"},
	})
	if err != nil {
		return err
	}
	text, err := t.f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": what is typed stays as it is
	if err != nil {
		return err
	}
	for i, c := range entry.Columns() {
		letter := columnLetter(i)
		width := 12.0
		if c == entry.IDNumber || c == entry.VillageCode || c == entry.PhoneNo {
			width = 20
		}
		if err := t.f.SetColWidth(t.table, letter, letter, width); err != nil {
			return err
		}
		if err := t.f.SetColStyle(t.table, letter, text); err != nil {
			return err
		}
		if err := t.f.SetCellValue(t.table, letter+"1", ColumnLabel(t.lang, c)); err != nil {
			return err
		}
		if err := t.f.SetCellStyle(t.table, letter+"1", letter+"1", bold); err != nil {
			return err
		}
	}
	return t.f.SetPanes(t.table, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// choices lets the columns with fixed words be filled by choosing.
func (t *template) choices() error {
	words := map[entry.Column][]string{
		entry.Relation: {t.text("import.relation.head"), t.text("import.relation.spouse"), t.text("import.relation.child"), t.text("import.relation.parent"), t.text("import.relation.other")},
		entry.Sex:      {t.text("import.sex.m"), t.text("import.sex.f")},
		entry.Party:    {t.text("import.yes"), t.text("import.no")},
		entry.Cadre:    {t.text("import.yes"), t.text("import.no")},
	}
	for i, c := range entry.Columns() {
		if words[c] == nil {
			continue
		}
		choice := excelize.NewDataValidation(true)
		from, to := columnLetter(i)+"2", columnLetter(i)
		choice.SetSqref(from + ":" + to + strconv.Itoa(filledRows))
		if err := choice.SetDropList(words[c]); err != nil {
			return err
		}
		if err := t.f.AddDataValidation(t.table, choice); err != nil {
			return err
		}
	}
	return nil
}

// explain fills the second sheet. None of its rows reads like a heading, so an import passes it over.
func (t *template) explain() error {
	rows := [][]any{
		{t.text("import.help.title")}, {},
		{"1. " + t.text("import.help.rows")}, {"2. " + t.text("import.help.head")}, {"3. " + t.text("import.help.again")},
		{"4. " + t.text("import.help.numbers")}, {"5. " + t.text("import.help.privacy")}, {},
		{t.text("import.help.columns")},
	}
	for _, c := range entry.Columns() {
		key := string(c)
		if c == entry.Head {
			key = "head_column"
		}
		rows = append(rows, []any{ColumnLabel(t.lang, c) + ": " + t.text("import.help."+key)})
	}
	for i, row := range rows {
		if err := t.f.SetSheetRow(t.help, "A"+strconv.Itoa(i+1), &row); err != nil {
			return err
		}
	}
	return t.f.SetColWidth(t.help, "A", "A", 100)
}
