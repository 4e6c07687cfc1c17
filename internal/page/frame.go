package page

import (
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"qunyan/internal/core"
	"qunyan/internal/messages"
)

// Frame is what every page has around its content. Its methods are called by the templates.
type Frame struct {
	Lang  messages.Lang
	Big   bool // large type, for elders
	Title string
	Path  string
	query url.Values
}

// T is a sentence of the catalogue; pairs are the names and values of its placeholders.
func (f Frame) T(key string, pairs ...any) string {
	params := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		params[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return messages.Text(f.Lang, key, params)
}

// Style is the style sheet, part of the page so that it needs no second request.
func (f Frame) Style() (template.CSS, error) {
	text, err := files.ReadFile("templates/page.css")
	return template.CSS(text), err // ours, from the binary
}

// Other is this page in the other language.
func (f Frame) Other() string {
	lang := messages.English
	if f.Lang == messages.English {
		lang = messages.Chinese
	}
	return f.with("lang", string(lang))
}

// OtherSize is this page in the other size of type.
func (f Frame) OtherSize() string {
	if f.Big {
		return f.with("big", "")
	}
	return f.with("big", "1")
}

func (f Frame) with(name, value string) string {
	q := url.Values{}
	for k, v := range f.query {
		q[k] = v
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return f.Path
	}
	return f.Path + "?" + q.Encode()
}

// Link leads to another page in the same language and size.
func (f Frame) Link(path string) string {
	q := url.Values{}
	for _, name := range []string{"lang", "big"} {
		if v := f.query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Tag is the page's language for HTML.
func (f Frame) Tag() string { return f.Lang.Tag() }

// English says that the page is in English.
func (f Frame) English() bool { return f.Lang == messages.English }

// Pick is the text in the page's language, the Chinese one where there is no English.
func (f Frame) Pick(zh, en string) string {
	if f.English() && en != "" {
		return en
	}
	return zh
}

// Category is a category's name.
func (f Frame) Category(category string) string { return f.T("rules.category." + category) }

// Signed writes points with their sign, a real minus for deductions and none for nothing.
func (f Frame) Signed(p core.Points) string {
	if p < 0 {
		return "−" + strconv.FormatInt(-int64(p), 10)
	}
	if p == 0 {
		return "0"
	}
	return "+" + strconv.FormatInt(int64(p), 10)
}

// Day writes a day without its year: 9月8日, 8 Sep.
func (f Frame) Day(d core.Day) string { return messages.Day(f.Lang, d) }

// Date writes a whole day: 2026年9月8日, 8 Sep 2026.
func (f Frame) Date(d core.Day) string { return messages.Date(f.Lang, d) }

// First and Last write the two ends of a stretch of days with the year once: 2026年9月8日—9月10日, 8 Sep – 10 Sep 2026.
func (f Frame) First(d core.Day) string {
	if f.English() {
		return f.Day(d)
	}
	return f.Date(d)
}

// Last is the other end, see First.
func (f Frame) Last(d core.Day) string {
	if f.English() {
		return f.Date(d)
	}
	return f.Day(d)
}

// Month writes a month: 2026年9月, September 2026.
func (f Frame) Month(m core.Month) string { return messages.Month(f.Lang, m) }

// Clock writes the minute of a moment given in Unix milliseconds: 2026-09-08 10:05.
func (f Frame) Clock(ms int64) string {
	return time.UnixMilli(ms).In(core.China()).Format("2006-01-02 15:04")
}

// Yuan writes fen as yuan: 100 → 1, 150 → 1.5.
func (f Frame) Yuan(fen core.Fen) string {
	whole, rest := int64(fen)/100, int64(fen)%100
	if rest == 0 {
		return strconv.FormatInt(whole, 10)
	}
	return strings.TrimRight(fmt.Sprintf("%d.%02d", whole, rest), "0")
}
