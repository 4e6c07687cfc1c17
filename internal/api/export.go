package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/messages"
)

const exportTag = "Exports"

// exported is a list that can be had as a workbook: the same list, with the same filters and the same right to see it.
// I is the operation's input.
type exported[I any] struct {
	Path    string // below /api/v1, without .xlsx
	Op      access.Op
	Name    string   // key of the list's name: of the file and of its sheet
	Columns []string // keys of the headings
	// Rows hands every row of the list to add, page by page, so that no transaction lasts as long as the download.
	Rows func(ctx context.Context, by core.Actor, in *I, say words, add func(cells ...any) error) error
}

// exportInput is what every export knows: whose list it is, and in which language.
type exportInput interface {
	area() core.Area
	language() string
}

// LangQuery lets a download, which has no header of its own, name the reader's language.
type LangQuery struct {
	Lang string `query:"lang" enum:"zh,en" doc:"left out: the language of Accept-Language"`
}

func (q LangQuery) language() string { return q.Lang }

// VillageExport is the input of a village's list.
type VillageExport struct {
	InVillage
	LangQuery
}

func (in VillageExport) area() core.Area { return in.Village.Area }

// AreaExport is the input of an area's list.
type AreaExport struct {
	InArea
	LangQuery
}

func (in AreaExport) area() core.Area { return in.Area.Area }

// words says things in the reader's language.
type words struct{ lang messages.Lang }

func (w words) text(key string) string { return messages.Text(w.lang, key, nil) }

// of is a stored word, such as a state, in the reader's language; a word the catalogue does not know stays as it is.
func (w words) of(prefix, word string) string {
	if text, ok := messages.Lookup(w.lang, prefix+word); ok && word != "" {
		return text
	}
	return word
}

func (w words) yesNo(yes bool) string {
	if yes {
		return w.text("import.yes")
	}
	return w.text("import.no")
}

// either is the text in the reader's language of two; the Chinese one where there is no English.
func (w words) either(zh, en string) string {
	if w.lang == messages.English && en != "" {
		return en
	}
	return zh
}

// exportsAtOnce bounds the workbooks being made: each takes some tens of megabytes.
const exportsAtOnce = 2

func (s *server) registerExports() {
	turns := make(chan struct{}, exportsAtOnce)
	export(s, turns, householdExport(s))
	export(s, turns, claimExport(s))
	export(s, turns, shareExport(s))
	export(s, turns, gatheringExport(s))
	export(s, turns, rollExport(s))
	export(s, turns, suggestionExport(s))
	export(s, turns, lineExport(s))
	export(s, turns, changeExport(s))
	export(s, turns, fairnessExport(s))
	export(s, turns, redemptionExport(s))
	export(s, turns, itemExport(s))
	export(s, turns, overviewExport(s))
	export(s, turns, auditExport(s))
	export(s, turns, staffExport(s))
	s.registerTrials(turns)
	s.registerAuditJSON()
}

// export registers a list. The workbook is made before the answer begins, so that a failure is still a problem and not
// half a file.
func export[I any, P interface {
	*I
	exportInput
}](s *server, turns chan struct{}, e exported[I]) {
	handleStream(s, spec{
		ID: "export-" + path.Base(e.Path), Method: http.MethodGet, Path: e.Path + ".xlsx", Tag: exportTag, Op: e.Op,
		Summary: "The list as a workbook", Detail: "All of it, whatever its length, with the filters of the list itself.",
	}, xlsxType, func(ctx context.Context, by core.Actor, in *I) (*stream, error) {
		say := words{exchangeOf(ctx).lang()}
		if lang := P(in).language(); lang != "" {
			say.lang = messages.Lang(lang)
		}
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			return nil, errs.New(errs.Unavailable, "store.busy").Because(ctx.Err())
		}
		defer func() { <-turns }()
		name, err := s.exportName(ctx, say, e.Name, P(in).area(), ".xlsx")
		if err != nil {
			return nil, err
		}
		book, err := e.make(ctx, by, in, say)
		if err != nil {
			return nil, err
		}
		return &stream{Type: xlsxType, Name: name, Write: func(_ context.Context, out io.Writer) error {
			return errors.Join(book.writeTo(out), book.close())
		}}, nil
	})
}

func (e exported[I]) make(ctx context.Context, by core.Actor, in *I, say words) (*workbook, error) {
	var labels []string
	for _, key := range e.Columns {
		labels = append(labels, say.text(key))
	}
	book, err := newWorkbook(say.text(e.Name), labels)
	if err != nil {
		return nil, err
	}
	if err := e.Rows(ctx, by, in, say, book.add); err != nil {
		_ = book.close() // the first error tells more
		return nil, err
	}
	return book, nil
}

// exportName is the file's name: the list's, the area's and the day's.
func (s *server) exportName(ctx context.Context, say words, list string, area core.Area, ending string) (string, error) {
	found, err := s.svc.Directory.Area(ctx, area)
	if err != nil {
		return "", err
	}
	return say.text(list) + "-" + found.Short + "-" + core.DayOf(s.svc.Clock.Now()).String() + ending, nil
}

// eachPage reads a list to its end.
func eachPage[T any](ctx context.Context, read func(page core.Page) ([]T, string, error), each func(T) error) error {
	page := core.Page{Limit: core.MaxPage}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		items, next, err := read(page)
		if err != nil {
			return err
		}
		for _, item := range items {
			if err := each(item); err != nil {
				return err
			}
		}
		if page.Cursor = next; next == "" {
			return nil
		}
	}
}
