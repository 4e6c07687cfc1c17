package demo

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"qunyan/internal/core"
	"qunyan/internal/messages"
)

// Login is an account that was made for the demo.
type Login struct {
	Role     string    `json:"role"`
	Login    string    `json:"login"`
	Password string    `json:"password"`
	Area     core.Area `json:"area"`
	AreaName string    `json:"area_name"`
	Name     string    `json:"name"`
}

// Card is a household's card with what a person would have in hand: the QR's address and, where one was set, the PIN.
type Card struct {
	Village   core.Area `json:"village"`
	Household core.ID   `json:"household"`
	Number    int64     `json:"number"`
	Head      string    `json:"head"`
	Token     string    `json:"token"`
	PIN       string    `json:"pin"`
	URL       string    `json:"url"`
}

// Result is what somebody needs to look around.
type Result struct {
	URL         string    `json:"url"`
	Village     core.Area `json:"village"`
	VillageName string    `json:"village_name"`
	Township    string    `json:"township"`
	Logins      []Login   `json:"logins"`
	Cards       []Card    `json:"cards"`
}

// At is the result with the addresses of a server.
func (r Result) At(url string) Result {
	r.URL = url
	cards := make([]Card, len(r.Cards))
	for i, c := range r.Cards {
		cards[i] = c
		cards[i].URL = url + "/card/" + c.Token
	}
	r.Cards = cards
	return r
}

func (d *Demo) result() Result {
	r := Result{Village: d.village.code, VillageName: d.village.name, Township: d.village.township}
	names := map[core.Area]string{d.county: "织金县"}
	for _, v := range d.shown() {
		names[v.code], names[v.code.Parent()] = v.township+v.name, v.township
	}
	for _, area := range []core.Area{d.county, d.village.code.Parent(), d.village.code, d.community.code.Parent(), d.community.code} {
		for _, l := range d.staff {
			if l.Area == area {
				l.AreaName = names[area]
				r.Logins = append(r.Logins, l)
			}
		}
	}
	for _, v := range d.shown() {
		for _, h := range v.homes {
			if h.card.ID != 0 {
				r.Cards = append(r.Cards, Card{Village: v.code, Household: h.id, Number: h.number, Head: h.head, Token: h.token, PIN: Pin})
			}
		}
	}
	return r
}

// Print shows accounts, cards and addresses to a person, in both languages.
func (r Result) Print(w io.Writer) error {
	var b strings.Builder
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		r.write(&b, func(key string) string {
			return messages.Text(lang, "demo."+key, map[string]any{"village": r.Township + r.VillageName, "password": Password, "pin": Pin})
		})
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// cardsShown is how many cards the table names: enough to try, few enough to read.
const cardsShown = 3

func (r Result) write(b *strings.Builder, say func(key string) string) {
	fmt.Fprintf(b, "\n%s\n\n", say("ready"))
	var pages, logins, cards [][]string
	for _, page := range []struct{ key, path string }{
		{"resident", "/"}, {"public", "/p/" + r.Village.String()}, {"counter", "/counter/"}, {"console", "/console/"}, {"board", "/board/"}, {"check", "/proof/"},
		{"reference", "/api/docs"},
	} {
		pages = append(pages, []string{say("page." + page.key), r.URL + page.path})
	}
	for _, l := range r.Logins {
		logins = append(logins, []string{l.Login, say("role." + l.Role), l.AreaName, l.Name})
	}
	for _, c := range r.Cards[:min(len(r.Cards), cardsShown)] {
		cards = append(cards, []string{strconv.FormatInt(c.Number, 10), c.Head, c.URL})
	}
	align(b, pages)
	fmt.Fprintf(b, "\n%s\n", say("logins"))
	align(b, logins)
	fmt.Fprintf(b, "\n%s\n", say("cards"))
	align(b, cards)
}

// align writes rows in columns. A Chinese character takes two places in a terminal, which text/tabwriter does not know.
func align(b *strings.Builder, rows [][]string) {
	var widest []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			widest[i] = max(widest[i], width(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString("  " + cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widest[i]-width(cell)+1))
			}
		}
		b.WriteByte('\n')
	}
}

// width is how many places of a terminal a text takes.
func width(text string) (places int) {
	for _, c := range text {
		places++
		if c >= 0x1100 { // Chinese characters and their punctuation; all that our texts have up there
			places++
		}
	}
	return places
}
