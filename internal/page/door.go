package page

import (
	"html/template"

	"qunyan/internal/gatherings"
)

// doorPage is the code at a gathering's door on a side of A4.
type doorPage struct {
	Frame
	place
	gatherings.Gathering
	Door gatherings.Door
	QR   template.HTML
}

func (h *Handler) door(q *request) error {
	place, err := q.place()
	if err != nil {
		return err
	}
	id, err := q.id()
	if err != nil {
		return err
	}
	by, err := q.staff()
	if err != nil {
		return err
	}
	g, d, codes, err := h.svc.Gatherings.Door(q.Context(), by, place.Village, id)
	if err != nil {
		return err
	}
	v := &doorPage{Frame: q.page, place: place, Gathering: g, Door: d}
	v.Title = v.T("page.door.title", "title", g.Title)
	if v.QR, err = qr(q.origin() + "/door/" + place.Village.String() + "/" + g.ID.String() + "/" + codes.Print); err != nil {
		return err
	}
	return q.show("door.html", v)
}

// From is when the code begins to work.
func (v *doorPage) From() string { return gatherings.Clock(v.Door.FromMin) }

// To is when it ends.
func (v *doorPage) To() string { return gatherings.Clock(v.Door.ToMin) }
