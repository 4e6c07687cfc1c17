package api_test

import (
	"net/http"
	"strings"
	"testing"

	"qunyan/internal/api"
	"qunyan/internal/api/apitest"
)

func TestRenderedPagesArePacedByAddress(t *testing.T) {
	t.Parallel()
	w := apitest.New(t, apitest.Config(func(cfg *api.Config) {
		cfg.Limits.Page, cfg.Limits.Write = 3, 1
		cfg.Pages = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	}))
	send := func(method, want string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/p/"+w.Village.String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if !strings.HasPrefix(res.Status, want) {
			t.Errorf("%s answered %s, want %s", method, res.Status, want)
		}
		if want == "429" && res.Header.Get("Retry-After") == "" {
			t.Error("no word on when to come back")
		}
	}
	for _, want := range []string{"204", "204", "204", "429"} {
		send(http.MethodGet, want)
	}
	for _, want := range []string{"204", "429"} {
		send(http.MethodPost, want)
	}
	w.Clock.Advance(60_000)
	send(http.MethodGet, "204")
}
