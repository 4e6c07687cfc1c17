package api_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"qunyan/internal/access"
	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
)

// Every operation, by somebody it lets in, with something wrong in each field of its body and each of its parameters:
// whatever comes, the answer is the operation's own or a refusal with a sentence, and never a fault of ours. The
// operations come from the contract, so a new one is tried from its first day.
func TestNoOperationBreaksOnRubbish(t *testing.T) {
	t.Parallel()
	w := apitest.New(t)
	home := w.Household("王建国")
	clients := map[core.Role]*apitest.Client{access.Card: w.Card(w.Household("李秀英")), access.UnlockedCard: w.UnlockedCard(home)}
	tried := 0
	for _, o := range operations(w.Handler.Contract()) {
		if endsSession(o) || o.op.RequestBody != nil && o.op.RequestBody.Content["application/json"] == nil {
			continue // its own tests try it: there the next request needs another client, or the body is a file
		}
		who := letIn(o)
		if clients[who] == nil {
			clients[who] = w.As(who)
		}
		path := pathTo(o, targets(w, o)[0])
		for _, p := range o.op.Parameters {
			if p.In != "query" {
				continue
			}
			separator := "?"
			if strings.Contains(path, "?") {
				separator = "&"
			}
			for _, value := range []string{"", "x", "-1", "1000000000000000000", "99999999999999999999", "%00"} {
				notOurFault(t, clients[who].Do(o.method, path+separator+p.Name+"="+value, nil), o, p.Name+"="+value)
				tried++
			}
		}
		if o.op.RequestBody == nil {
			continue
		}
		var whole map[string]any
		if err := json.Unmarshal([]byte(bodyOf(w, o).(string)), &whole); err != nil {
			t.Fatal(err)
		}
		if _, has := whole["household"]; has {
			whole["household"] = home.String()
		}
		for at, body := range spoilt(whole) {
			notOurFault(t, clients[who].Do(o.method, path, body), o, at)
			tried++
		}
	}
	if tried < 1000 {
		t.Errorf("only %d requests were tried", tried)
	}
}

// letIn is somebody who may use an operation: the rubbish has to reach what lies behind the door.
func letIn(o operation) core.Role {
	switch p := permission(o); {
	case needsCard(o) && p == string(access.OpReadCard):
		return access.Card
	case needsCard(o):
		return access.UnlockedCard
	case p == "public" || p == "signed_in":
		return core.RoleClerk
	default:
		return access.Table()[access.Op(p)][0]
	}
}

// wrong are the values that no field, or hardly any, can take.
func wrong() []any {
	return []any{nil, "text", "\x00", strings.Repeat("长", 3000), -1, 0, json.Number("1000000000000000000"), json.Number("1e400"), []any{}}
}

// spoilt are copies of a body with one field made wrong, by the field's name; of the first element of a list too.
func spoilt(whole map[string]any) map[string]map[string]any {
	all := map[string]map[string]any{}
	for name, value := range whole {
		for _, bad := range wrong() {
			body := maps.Clone(whole)
			body[name] = bad
			all[name+" "+show(bad)] = body
		}
		elements, _ := value.([]any)
		if len(elements) == 0 {
			continue
		}
		first, _ := elements[0].(map[string]any)
		for at, element := range spoilt(first) {
			body := maps.Clone(whole)
			body[name] = []any{element}
			all[name+"[0]."+at] = body
		}
		body := maps.Clone(whole)
		body[name] = slices.Repeat(elements[:1], 1000)
		all[name+" a thousand times"] = body
	}
	return all
}

func show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text[:min(len(text), 40)])
}

func notOurFault(t *testing.T, a *apitest.Answer, o operation, at string) {
	t.Helper()
	if a.Status < 400 {
		return // some fields may well be nothing
	}
	p := a.Problem()
	if a.Status >= http.StatusInternalServerError || p.Code == "" || p.Code == "internal" {
		t.Errorf("%s %s with %s: %d %s", o.method, o.path, at, a.Status, a.Body)
	}
	if p.Detail == "" || strings.Contains(p.Detail, "{") || strings.Contains(p.Detail, "errors.") || strings.Contains(p.Detail, "长长") {
		t.Errorf("%s %s with %s says %q", o.method, o.path, at, p.Detail)
	}
}
