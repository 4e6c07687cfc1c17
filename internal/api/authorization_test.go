package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// caller is somebody who tries everything.
type caller struct {
	name  string
	as    core.Role // a role, or one of access's stand-ins for those who have none
	area  core.Area // where the role is held; for a card its village
	fresh func() *apitest.Client
}

func callers(w *apitest.World) []caller {
	home := w.Household("王建国")
	all := []caller{
		{"nobody", "", 0, w.Stranger},
		{"a card", access.Card, w.Village, func() *apitest.Client { return w.Card(home) }},
		{"an unlocked card", access.UnlockedCard, w.Village, func() *apitest.Client { return w.UnlockedCard(home) }},
		{"a card with another card's unlocking", access.Card, w.Village, func() *apitest.Client {
			return w.UnlockedCard(home).With("X-Card", w.Card(w.Household("李秀英")).Token)
		}},
	}
	held := map[core.Role]core.Area{core.RoleCounty: w.County, core.RoleAuditor: w.County, core.RoleTownship: w.Township}
	for _, role := range apitest.Roles() {
		area := held[role]
		if area == 0 {
			area = w.Village
		}
		all = append(all, caller{string(role), role, area, func() *apitest.Client { return w.As(role) }})
	}
	return all
}

// Every operation, tried by everybody, in the own area and in foreign ones: whoever the table lets in is let in, and
// nobody else. The operations come from the contract, so a new one is tried from its first day.
func TestEveryOperationLetsInWhomTheTableNames(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	all := operations(w.Handler.Contract())
	everybody := callers(w)
	for _, who := range everybody {
		client := who.fresh()
		for _, o := range all {
			if endsSession(o) {
				client = who.fresh()
			}
			for _, target := range targets(w, o) {
				answer := client.Do(o.method, pathTo(o, target), bodyOf(w, o))
				want := expected(who, o, target)
				if got := admission(answer); got != want {
					t.Errorf("%s, %s %s in %s: %s (%d %s), want %s", who.name, o.method, o.path, target, got, answer.Status, answer.Code(), want)
				}
			}
			if endsSession(o) {
				client = who.fresh()
			}
		}
	}
	if len(all) < 90 || len(everybody) != 11 {
		t.Errorf("only %d operations and %d callers were tried", len(all), len(everybody))
	}
}

// What may be called without a role is listed here by name: a forgotten permission is not a public operation.
func TestOnlyTheseOperationsNeedNoRole(t *testing.T) {
	t.Parallel()
	known := map[string][]string{
		"public": {
			"get-area", "get-checkpoint", "get-consistency", "get-coverage", "get-item-photo", "get-public-line-proof", "get-public-notice", "get-public-objection", "get-public-rules", "get-public-village", "list-areas",
			"list-checkpoints", "list-keys", "list-public-items", "list-public-notices", "list-public-suggestions", "object", "read-session", "search-villages", "sign-in",
		},
		"signed_in": {"change-password", "confirm-totp", "end-totp", "export-ruleset-json", "export-ruleset-workbook", "get-ruleset", "list-rulesets", "sign-out", "start-totp"},
	}
	found := map[string][]string{}
	for _, o := range operations(apitest.New(t).Handler.Contract()) {
		if p := permission(o); p == "public" || p == "signed_in" {
			found[p] = append(found[p], o.op.OperationID)
		}
	}
	for kind, want := range known {
		slices.Sort(found[kind])
		if !slices.Equal(found[kind], want) {
			t.Errorf("%s: %v, want %v", kind, found[kind], want)
		}
	}
}

func permission(o operation) string { p, _ := o.op.Extensions["x-permission"].(string); return p }

func needsCard(o operation) bool {
	return len(o.op.Security) > 0 && o.op.Security[0]["card"] != nil
}

func endsSession(o operation) bool {
	return slices.Contains([]string{"sign-out", "sign-in", "change-password", "unlock-card"}, o.op.OperationID)
}

// targets are the areas an operation is tried in; 0 for one that names none.
func targets(w *apitest.World, o operation) []core.Area {
	switch {
	case strings.Contains(o.path, "{village}"):
		return []core.Area{w.Village, w.Nearby, w.Foreign, w.Abroad}
	case permission(o) == string(access.OpEditTemplate): // a template is a county's, additions a township's; no narrower area has them
		return []core.Area{w.County, w.Township}
	case strings.Contains(o.path, "{area}") || queryArea(o):
		return []core.Area{w.Village, w.Foreign, w.Abroad, w.Township, w.County}
	}
	return []core.Area{0}
}

func queryArea(o operation) bool {
	return slices.ContainsFunc(o.op.Parameters, func(p *huma.Param) bool { return p.In == "query" && p.Name == "area" && p.Required })
}

// pathTo fills in a path: the area tried, and for everything else something that does not exist.
func pathTo(o operation, target core.Area) string {
	path := regexp.MustCompile(`\{\w+\}`).ReplaceAllStringFunc(o.path, func(name string) string {
		switch name {
		case "{village}", "{area}":
			return target.String()
		case "{id}":
			return core.ID(4711).String()
		case "{month}":
			return "202608"
		case "{code}":
			return "A01"
		}
		return "999"
	})
	if queryArea(o) {
		path += "?area=" + target.String()
	}
	return path
}

func bodyOf(w *apitest.World, o operation) any {
	if o.op.RequestBody == nil {
		return nil
	}
	if media := o.op.RequestBody.Content["application/json"]; media != nil {
		return api.BodyFor(w.Handler.Contract(), media.Schema)
	}
	return "not a photo"
}

// expected says how a caller ought to be met, from access.Table and the nesting of codes alone.
func expected(who caller, o operation, target core.Area) string {
	card := who.as == access.Card || who.as == access.UnlockedCard
	switch p := permission(o); {
	case p == "public":
		return "let in"
	case needsCard(o) != card:
		return "asked who it is"
	case p == "signed_in":
		if who.as == "" {
			return "asked who it is"
		}
		return "let in"
	default:
		roles := access.Table()[access.Op(p)]
		switch {
		case slices.Contains(roles, who.as) && (target == 0 || who.area.Contains(target)):
			return "let in"
		case who.as == "" || card:
			return "asked who it is"
		}
		return "refused"
	}
}

// admission reads off an answer whether the caller was let in, whatever became of the request then.
func admission(a *apitest.Answer) string {
	switch a.Code() {
	case "access.sign_in", "access.card_unknown", "access.pin_needed":
		if a.Status == http.StatusUnauthorized {
			return "asked who it is"
		}
	case "access.forbidden", "access.csrf":
		return "refused"
	}
	return "let in"
}
