package page

import (
	"qunyan/internal/core"
	"qunyan/internal/voices"
)

// suggestionsPage is what was suggested in a village and what became of it.
type suggestionsPage struct {
	Frame
	place
	Suggestions []voices.Public
	Older       string // leads to the page of the older ones; "" on the last
}

func (h *Handler) suggestions(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	v := &suggestionsPage{Frame: q.page, place: place}
	page := core.Page{Cursor: q.URL.Query().Get("from")}
	next := ""
	if v.Suggestions, next, err = h.svc.Voices.Public(q.Context(), place.Village, page); err != nil {
		return err
	}
	if next != "" {
		v.Older = v.with("from", next)
	}
	v.Title = v.T("page.suggestions.title", "village", place.Short)
	return q.show("suggestions.html", v)
}

// Words are the text of a suggestion, or why it is not shown.
func (v *suggestionsPage) Words(s voices.Public) string {
	switch {
	case s.Text != "":
		return s.Text
	case s.State == voices.Open:
		return v.T("page.suggestions.waiting")
	}
	return v.T("page.suggestions.withheld")
}

// Became is the word for where a suggestion stands.
func (v *suggestionsPage) Became(s voices.Public) string {
	return v.T("page.suggestions." + string(s.State))
}
