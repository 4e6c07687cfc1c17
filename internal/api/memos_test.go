package api_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// aMemo is a second of silence as a telephone records it, with a page hidden behind the sound.
func aMemo() []byte {
	const page = "<html><script>alert(1)</script></html>"
	samples := strings.Repeat("\x80", 8000)
	b := "RIFF\x00\x20\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data"
	return append(binary.LittleEndian.AppendUint32([]byte(b), uint32(len(samples))), samples+"LIST\x26\x00\x00\x00"+page...)
}

// TestAMemoOverHTTP walks one from a household's phone to the clerk who types it, past everybody who would like to listen.
func TestAMemoOverHTTP(t *testing.T) {
	t.Parallel()
	w := claimsWorld(t)
	card, clerk := w.UnlockedCard(w.Household("王建国")), w.As(core.RoleClerk)
	type answered struct {
		ID      core.ID `json:"id"`
		MIME    string  `json:"mime"`
		State   string  `json:"state"`
		Text    string  `json:"text"`
		HasMemo bool    `json:"has_memo"`
		Version int64   `json:"version"`
		TypedBy string  `json:"typed_name"`
		CanSay  bool    `json:"can_decide"`
	}
	recorder := card.With("Content-Type", "audio/webm")
	kept := apitest.Read[answered](recorder.Post("/card/memos", aMemo()).Want(201))
	if kept.MIME != "audio/wav" {
		t.Errorf("the name was believed: %+v", kept)
	}
	recorder.Post("/card/memos", []byte("<html>no sound</html>")).WantProblem(422, "files.not_audio")
	recorder.Post("/card/memos", make([]byte, 10<<20)).WantProblem(413, "input.too_large")
	w.Card(w.Household("李芬")).With("Content-Type", "audio/wav").Post("/card/memos", aMemo()).WantProblem(401, "access.pin_needed")
	card.Post("/card/suggestions", map[string]any{"text": ""}).WantProblem(422, "voices.too_short")
	raised := apitest.Read[answered](card.Post("/card/suggestions", map[string]any{"memo": kept.ID}).Want(201))
	if raised.State != "untyped" || raised.Text != "" {
		t.Errorf("raised: %+v", raised)
	}
	at := w.In("/suggestions/" + raised.ID.String())
	for _, who := range []*apitest.Client{w.As(core.RoleKeeper), w.As(core.RoleSupervisor), w.As(core.RoleAuditor), w.As(core.RoleCounty)} {
		who.Get(at+"/memo").WantProblem(403, "access.forbidden")
	}
	if status := w.UnlockedCard(w.Household("李秀英")).Get(at + "/memo").Status; status != 401 && status != 403 {
		t.Errorf("another household listens: %d", status)
	}
	card.Get("/card/files/"+kept.ID.String()).WantProblem(404, "files.no_file")
	clerk.Get(w.In("/files/"+kept.ID.String())).WantProblem(404, "files.no_file")

	list := apitest.Read[struct{ Items []answered }](clerk.Get(w.In("/suggestions?state=untyped")).Want(200)).Items
	if len(list) != 1 || !list[0].HasMemo {
		t.Fatalf("to be typed: %+v", list)
	}
	heard := clerk.Get(at + "/memo").Want(200)
	if strings.Contains(string(heard.Body), "script") || heard.Header.Get("Content-Type") != "audio/wav" || heard.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(heard.Header.Get("Content-Disposition"), "attachment") || heard.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("heard: %v", heard.Header)
	}
	if csp := heard.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "media-src 'self' blob:;") || !strings.Contains(heard.Header.Get("Permissions-Policy"), "microphone=(self)") {
		t.Errorf("policy: %q", csp)
	}
	typed := apitest.Read[answered](clerk.Post(at+"/type", map[string]any{"text": "村口装一盏路灯", "version": list[0].Version}).Want(200))
	if typed.State != "open" || typed.TypedBy == "" || typed.CanSay {
		t.Errorf("typed: %+v", typed)
	}
	w.As(core.RoleSecretary).Post(at+"/type", map[string]any{"text": "第二个人写的", "version": 1}).WantProblem(409, "voices.typed_already")
	w.As(core.RoleSecretary).Post(at+"/adopt", map[string]any{"minutes_no": "12号"}).Want(200)
	fromOffice := apitest.Read[answered](clerk.With("Content-Type", "audio/wav").Post(w.In("/memos"), aMemo()).Want(201))
	clerk.Post(w.In("/suggestions"), map[string]any{"household": w.Household("李芬"), "memo": fromOffice.ID}).Want(201)
}
