package api_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// shot is a photo in an answer.
type shot struct {
	ID  core.ID `json:"id"`
	URL string  `json:"url"`
}

// onePixel is the smallest photo.
func onePixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestTheRollBesideAClaim follows a claim of an evening back to the roll-call and the paper it was called from.
func TestTheRollBesideAClaim(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	clerk, supervisor := w.As(core.RoleClerk), w.As(core.RoleSupervisor)
	wang := w.Household("王建国")
	made := apitest.Read[shot](clerk.Post(w.In("/gatherings"), map[string]any{"kind": "meeting", "title": "十月群众会", "day": 20261009, "from_min": 1140, "to_min": 1260,
		"rules": []any{map[string]any{"rule": "A01", "who": "whole"}}}).Want(201))
	at := w.In("/gatherings/" + made.ID.String())
	clerk.Put(at+"/marks", map[string]any{"marks": []any{map[string]any{"household": wang, "arrival": "on_time", "stayed": true}}}).Want(200)
	photo := apitest.Read[shot](clerk.With("Content-Type", "image/png").Post(w.In("/files"), onePixel(t)).Want(201))
	clerk.Post(at+"/photos", map[string]any{"photo": photo.ID}).Want(200)
	clerk.Post(at+"/claims", nil).Want(200)
	type origin struct {
		ID   core.ID `json:"id"`
		Roll struct {
			Gathering core.ID `json:"gathering"`
			Arrival   string  `json:"arrival"`
			Stayed    bool    `json:"stayed"`
			ByName    string  `json:"by_name"`
			Photos    []shot  `json:"photos"`
		} `json:"roll"`
	}
	claim := apitest.Read[struct{ Items []origin }](supervisor.Get(w.In("/claims?household=" + wang.String())).Want(200)).Items[0]
	beside := apitest.Read[origin](supervisor.Get(w.In("/claims/" + claim.ID.String())).Want(200)).Roll
	if beside.Gathering != made.ID || beside.Arrival != "on_time" || !beside.Stayed || beside.ByName == "" || len(beside.Photos) != 1 {
		t.Errorf("beside the claim: %+v", beside)
	}
	supervisor.Get(strings.TrimPrefix(beside.Photos[0].URL, "/api/v1")).Want(200)
	if listed := apitest.Read[struct{ Items []shot }](supervisor.Get(at + "/photos").Want(200)).Items; len(listed) != 1 || listed[0] != photo {
		t.Errorf("the photos: %+v", listed)
	}
	clerk.Post(at+"/photos/remove", map[string]any{"photo": photo.ID}).WantProblem(409, "gatherings.claimed")
	w.UnlockedCard(wang).Get("/card/files/"+photo.ID.String()).WantProblem(404, "files.no_file")
}
