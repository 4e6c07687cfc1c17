package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

// photoView is a photo in a list of evidence.
type photoView struct {
	ID        core.ID `json:"id"`
	URL       string  `json:"url"`
	CreatedMs int64   `json:"created_ms"`
}

func viewGatheringPhoto(village core.Area) func(gatherings.Photo) photoView {
	return func(p gatherings.Photo) photoView {
		return photoView{ID: p.ID, URL: photoURL(village, p.ID), CreatedMs: p.CreatedMs}
	}
}

// rollLine is the line of a gathering's roll-call a claim was made of.
type rollLine struct {
	Gathering  core.ID         `json:"gathering"`
	Kind       gatherings.Kind `json:"kind" enum:"meeting,class,cleanup,shift"`
	Title      string          `json:"title"`
	Place      string          `json:"place"`
	Day        core.Day        `json:"day"`
	FromMin    int64           `json:"from_min"`
	ToMin      int64           `json:"to_min"`
	Arrival    string          `json:"arrival" enum:"on_time,late,absent"`
	Stayed     bool            `json:"stayed"`
	Spoke      bool            `json:"spoke"`
	Hours      int64           `json:"hours"`
	ByName     string          `json:"by_name" doc:"who took the roll"`
	AtMs       int64           `json:"at_ms"`
	ScanMs     int64           `json:"scan_ms" doc:"when its card scanned the code at the door; 0 if it did not"`
	Photos     []photoView     `json:"photos" doc:"of the sign-in sheet, the first few"`
	MorePhotos bool            `json:"more_photos"`
}

func viewRollLine(l gatherings.Line) *rollLine {
	m := viewMarked(l.Mark)
	return &rollLine{Gathering: l.Of.ID, Kind: l.Of.Kind, Title: l.Of.Title, Place: l.Of.Place, Day: l.Of.Day, FromMin: l.Of.FromMin, ToMin: l.Of.ToMin,
		Arrival: m.Arrival, Stayed: m.Stayed, Spoke: m.Spoke, Hours: m.Hours, ByName: m.ByName, AtMs: m.AtMs, ScanMs: m.ScanMs,
		Photos: listOf(l.Photos, "", viewGatheringPhoto(l.Of.Village)).Items, MorePhotos: l.More}
}

// markLine is what the raters of an appraisal gave the household of a claim.
type markLine struct {
	Appraisal core.ID          `json:"appraisal"`
	Title     string           `json:"title"`
	Month     core.Month       `json:"month"`
	Day       core.Day         `json:"day"`
	Method    appraisal.Method `json:"method" enum:"median,trimmed"`
	Grade     int64            `json:"grade"`
	Given     int64            `json:"given" doc:"marks the grade was made of"`
	Marks     []raterMark      `json:"marks" doc:"of each rater; none for a reader it does not concern"`
	ByName    string           `json:"by_name" doc:"who made the claims of it"`
	AtMs      int64            `json:"at_ms"`
}

type raterMark struct {
	Name string `json:"name"`
	Mark int64  `json:"mark" doc:"-1 where there is none"`
	Far  bool   `json:"far" doc:"two grades or more from the median"`
}

func viewMarkLine(a appraisal.Appraisal, l appraisal.Line) *markLine {
	v := &markLine{Appraisal: a.ID, Title: a.Title, Month: a.Month, Day: a.Day, Method: a.Method, Grade: l.Grade, Given: l.Given, ByName: a.ClaimedName, AtMs: a.ClaimedMs}
	for i, mark := range l.Marks {
		one := raterMark{Name: a.Raters[i].Name, Mark: mark}
		for _, far := range l.Far {
			one.Far = one.Far || far == a.Raters[i].No
		}
		v.Marks = append(v.Marks, one)
	}
	return v
}

// addOrigin adds the line of the roll or of the marks that a claim of a sheet was made of.
func (s *server) addOrigin(ctx context.Context, by core.Actor, village core.Area, d *claimDetail) error {
	if d.Sheet == 0 {
		return nil
	}
	line, found, err := s.svc.Gatherings.LineOf(ctx, by, village, d.Sheet, d.Household)
	if found {
		d.Roll = viewRollLine(line)
	}
	if found || err != nil {
		return err
	}
	a, marks, found, err := s.svc.Appraisals.LineOf(ctx, by, village, d.Sheet, d.Household)
	if found {
		d.Marks = viewMarkLine(a, marks)
	}
	return err
}

type takePhotoBody struct {
	Photo core.ID `json:"photo" doc:"id of an uploaded file"`
}

func (s *server) registerGatheringPhotos(base string) {
	handle(s, spec{
		ID: "list-gathering-photos", Method: http.MethodGet, Path: base + "/photos", Tag: gatheringsTag, Op: access.OpReadVillage,
		Summary: "Photos of the sign-in sheet, oldest first",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		PageQuery
	}) (*list[photoView], error) {
		rows, next, err := s.svc.Gatherings.Photos(ctx, by, in.Village.Area, in.ID.ID, in.page())
		return listOf(rows, next, viewGatheringPhoto(in.Village.Area)), err
	})
	handle(s, spec{
		ID: "add-gathering-photo", Method: http.MethodPost, Path: base + "/photos", Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Add a photo of the sign-in sheet", Detail: "Also after the claims were made; at most 40.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body takePhotoBody
	}) (*gatheringView, error) {
		g, err := s.svc.Gatherings.AddPhoto(ctx, by, in.Village.Area, in.ID.ID, in.Body.Photo)
		return viewed(g, err, viewGathering)
	})
	handle(s, spec{
		ID: "remove-gathering-photo", Method: http.MethodPost, Path: base + "/photos/remove", Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Take a wrong photo away", Detail: "Until the claims are made.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body takePhotoBody
	}) (*none, error) {
		return nil, s.svc.Gatherings.RemovePhoto(ctx, by, in.Village.Area, in.ID.ID, in.Body.Photo)
	})
}
