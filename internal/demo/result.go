package demo

import (
	"fmt"
	"io"
	"text/tabwriter"

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
	for _, l := range d.staff {
		if l.AreaName = names[l.Area]; l.AreaName != "" {
			r.Logins = append(r.Logins, l)
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
	for _, lang := range []messages.Lang{messages.Chinese, messages.English} {
		say := func(key string) string {
			return messages.Text(lang, "demo."+key, map[string]any{"village": r.Township + r.VillageName, "url": r.URL, "password": Password, "pin": Pin})
		}
		fmt.Fprintf(w, "\n%s\n\n", say("ready"))
		columns := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
		for _, page := range []struct{ key, path string }{{"resident", "/"}, {"public", "/p/" + r.Village.String()}, {"counter", "/counter/"}, {"console", "/console/"}, {"board", "/board/"}, {"reference", "/api/docs"}} {
			fmt.Fprintf(columns, "  %s\t%s\n", say("page."+page.key), r.URL+page.path)
		}
		fmt.Fprintf(columns, "\n%s\n", say("logins"))
		for _, l := range r.Logins {
			fmt.Fprintf(columns, "  %s\t%s\t%s\t%s\n", l.Login, say("role."+l.Role), l.AreaName, l.Name)
		}
		fmt.Fprintf(columns, "\n%s\n", say("cards"))
		for _, c := range r.Cards[:min(len(r.Cards), 3)] {
			fmt.Fprintf(columns, "  %d\t%s\t%s\n", c.Number, c.Head, c.URL)
		}
		if err := columns.Flush(); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}
