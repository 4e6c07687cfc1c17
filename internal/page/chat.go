package page

import (
	"strconv"

	"qunyan/internal/claims"
)

// chatPage is a list as text to copy, for a browser without script.
type chatPage struct {
	Frame
	place
	Messages []string
	Most     int
	Sizes    []int
	Back     string
}

// chat shows the list in messages as long as ?most= characters.
func (h *Handler) chat(q *request) error {
	place, n, lines, err := h.readNotice(q)
	if err != nil {
		return err
	}
	fixed, err := h.svc.Claims.PublicCorrections(q.Context(), place.Village, n.ID)
	if err != nil {
		return err
	}
	most, err := strconv.Atoi(q.URL.Query().Get("most"))
	if err != nil {
		most = claims.ChatDefault
	}
	most = min(max(most, claims.ChatLeast), claims.ChatMost)
	text := claims.ChatText{Lang: q.lang, Title: noticeTitle(q.page, place, n), Notice: n, Lines: lines, Corrections: fixed,
		Link: q.origin() + noticePath(place.Village, n.ID)}
	q.page.Title = q.page.T("page.chat.title")
	return q.show("chat.html", &chatPage{Frame: q.page, place: place, Messages: text.Messages(most), Most: most, Sizes: []int{600, 2000, 5000},
		Back: q.page.Link(noticePath(place.Village, n.ID))})
}

// Place counts a message from one.
func (v *chatPage) Place(i int) int { return i + 1 }

// Sized is this page with messages of another length.
func (v *chatPage) Sized(most int) string { return v.with("most", strconv.Itoa(most)) }
