package claims

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"qunyan/internal/core"
	"qunyan/internal/messages"
)

// How long a message of a chat group may be, in characters. What a chat accepts differs and is not published by all of
// them, so whoever sends chooses.
const (
	ChatLeast   = 200
	ChatDefault = 2000
	ChatMost    = 10_000
)

// ChatText is a list as plain text.
type ChatText struct {
	Lang        messages.Lang
	Title       string
	Notice      Notice
	Lines       []PublicLine
	Corrections []Correction
	Link        string // of the page
}

// ChatTitle heads a list's messages: the village, the month and the list's place in it.
func ChatTitle(lang messages.Lang, village string, n Notice) string {
	return messages.Text(lang, "page.chat.heading", map[string]any{"village": village, "month": messages.Month(lang, n.Month), "n": n.Seq})
}

// Messages writes the list for a chat group: the same lines, numbers and masked names as on the board, in messages of
// most characters at most. Every message bears the title and its place among them, and no line is cut in two unless it is
// longer than a message.
func (c ChatText) Messages(most int) []string {
	most = min(max(most, ChatLeast), ChatMost)
	rows := c.rows()
	// The head of each message is longest when counts have most digits; four are enough for 2,000 lines.
	room := most - utf8.RuneCountInString(c.head(9999, 9999)) - 1
	var parts []string
	var part strings.Builder
	used := 0
	for _, row := range rows {
		row = clip(row, room)
		n := utf8.RuneCountInString(row) + 1
		if used > 0 && used+n > room {
			parts = append(parts, part.String())
			part.Reset()
			used = 0
		}
		part.WriteByte('\n')
		part.WriteString(row)
		used += n
	}
	parts = append(parts, part.String())
	for i := range parts {
		parts[i] = c.head(i+1, len(parts)) + parts[i]
	}
	return parts
}

func (c ChatText) head(i, of int) string {
	title := clip(c.Title, ChatLeast/2)
	if of == 1 {
		return title
	}
	return title + c.say("page.chat.part", "i", i, "of", of)
}

func (c ChatText) say(key string, pairs ...any) string {
	params := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		params[pairs[i].(string)] = pairs[i+1]
	}
	return messages.Text(c.Lang, key, params)
}

func (c ChatText) rows() []string {
	rows := []string{c.say("page.chat.window", "from", messages.Date(c.Lang, c.Notice.FromDay), "to", messages.Date(c.Lang, c.Notice.ToDay), "n", len(c.Lines)), c.say("page.chat.object", "link", c.Link)}
	if len(c.Lines) == 0 {
		rows = []string{c.say("page.notice.only_fixed") + " " + c.Link, c.say("page.notice.fixed_doubt")}
	}
	group := ""
	for _, l := range c.Lines {
		if l.Group != group {
			group = l.Group
			rows = append(rows, "【"+group+"】")
		}
		row := c.say("page.chat.line", "no", l.No, "head", l.Head, "item", c.item(l.ItemZh, l.ItemEn, l.Category), "points", signed(l.Points))
		if l.State == Frozen || l.State == Dropped {
			row += "（" + c.say("page.notice.mark."+string(l.State)) + "）"
		}
		rows = append(rows, row)
	}
	if len(c.Corrections) > 0 {
		rows = append(rows, "【"+c.say("page.correction.title")+"】")
	}
	for _, k := range c.Corrections {
		row := c.say("page.chat.correction", "no", k.No, "reverses", k.Reverses, "head", k.Head, "item", c.item(k.ItemZh, k.ItemEn, k.Category), "points", signed(k.Points))
		if k.Reason != "" {
			row += c.say("page.chat.reason", "reason", strings.ReplaceAll(k.Reason, "\n", " "))
		}
		rows = append(rows, row)
	}
	return rows
}

func (c ChatText) item(zh, en, category string) string {
	switch {
	case zh == "":
		return c.say("rules.category." + category)
	case c.Lang == messages.English && en != "":
		return en
	}
	return zh
}

func signed(p core.Points) string {
	if p < 0 {
		return "−" + strconv.FormatInt(-int64(p), 10)
	}
	return "+" + strconv.FormatInt(int64(p), 10)
}

// clip cuts what is longer than most characters.
func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
