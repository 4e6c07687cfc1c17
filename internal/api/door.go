package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

type doorView struct {
	FromMin    int64  `json:"from_min" doc:"the codes are good on the gathering's day from this minute"`
	ToMin      int64  `json:"to_min"`
	ByName     string `json:"by_name"`
	ScreenPath string `json:"screen_path" doc:"what the screen's code leads to; another one every minute"`
	Seconds    int64  `json:"seconds" doc:"until the next one"`
}

// doorPath is where a household's phone goes.
func doorPath(village core.Area, id core.ID, code string) string {
	return "/door/" + village.String() + "/" + id.String() + "/" + code
}

type doorBody struct {
	FromMin int64 `json:"from_min" minimum:"0" maximum:"1440" doc:"minutes after midnight"`
	ToMin   int64 `json:"to_min" minimum:"0" maximum:"1440"`
}

type doorScanBody struct {
	Gathering core.ID `json:"gathering"`
	Code      string  `json:"code" minLength:"1" maxLength:"60"`
}

type doorScanView struct {
	Title string   `json:"title"`
	Day   core.Day `json:"day"`
	AtMs  int64    `json:"at_ms" doc:"of the first scan"`
}

func (s *server) registerDoor(path string) {
	read := func(ctx context.Context, by core.Actor, village core.Area, id core.ID) (*doorView, error) {
		_, d, now, err := s.svc.Gatherings.Door(ctx, by, village, id)
		return viewed(d, err, func(d gatherings.Door) doorView {
			return doorView{FromMin: d.FromMin, ToMin: d.ToMin, ByName: d.ByName, ScreenPath: doorPath(village, id, now.Screen), Seconds: now.Seconds}
		})
	}
	handle(s, spec{
		ID: "get-door", Method: http.MethodGet, Path: path, Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "The code at a gathering's door, as it is now",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*doorView, error) {
		return read(ctx, by, in.Village.Area, in.ID.ID)
	})
	handle(s, spec{
		ID: "open-door", Method: http.MethodPut, Path: path, Tag: gatheringsTag, Op: access.OpHoldGathering,
		Summary: "Make a new code for a gathering's door", Detail: "Every earlier code ends. Nobody has to scan; the roll-call is the record.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body doorBody
	}) (*doorView, error) {
		if _, err := s.svc.Gatherings.OpenDoor(ctx, by, in.Village.Area, in.ID.ID, in.Body.FromMin, in.Body.ToMin); err != nil {
			return nil, err
		}
		return read(ctx, by, in.Village.Area, in.ID.ID)
	})
	handle(s, spec{
		ID: "scan-door", Method: http.MethodPost, Path: "/card/door", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Summary: "Say that one's household is at the door of a gathering", Detail: "A proposal that the roll-call confirms; a second time changes nothing. No place is asked for.",
	}, func(ctx context.Context, by core.Actor, in *struct{ Body doorScanBody }) (*doorScanView, error) {
		scan, err := s.svc.Gatherings.ScanDoor(ctx, by, in.Body.Gathering, in.Body.Code)
		return viewed(scan, err, func(d gatherings.Scan) doorScanView {
			return doorScanView{Title: d.Gathering.Title, Day: d.Gathering.Day, AtMs: d.AtMs}
		})
	})
}
