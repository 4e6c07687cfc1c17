package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/core"
	"qunyan/internal/gatherings"
)

// TestSignInSheet: every household once in the order of the list, for staff only, the QR back to the roll-call.
func TestSignInSheet(t *testing.T) {
	t.Parallel()
	w := publish(t, 61)
	ctx := context.Background()
	plan := gatherings.Plan{Kind: gatherings.Meeting, Title: "九月群众会", Place: "村委会坝子", Day: 20260920, FromMin: 1170, ToMin: 1260,
		Counts: []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}}}
	g, err := w.Services.Gatherings.Plan(ctx, w.Actor(core.RoleClerk), w.Village, plan)
	must(t, err)
	path := "/print/gathering/" + w.Village.String() + "/" + g.ID.String()
	sheet := w.As(core.RoleClerk).Get(path + "?lang=zh").Want(200)
	holds(t, sheet, []string{"九月群众会 签到表", "9月20日 19:30–21:00", "村委会坝子", "签字（手印）", "到结束", "第 2 张，共 2 张", "<svg"})
	at := 0
	for n := 1; n <= 61; n++ {
		row := fmt.Sprintf(`<td class="n">%d<td>`, n)
		if strings.Count(string(sheet.Body), row) != 1 || strings.Index(string(sheet.Body), row) < at {
			t.Errorf("household %d stands on the sheet not once or not in its place", n)
		}
		at = strings.Index(string(sheet.Body), row)
	}
	holds(t, w.As(core.RoleSecretary).Get(path+"?lang=en").Want(200), []string{"sign-in sheet", "Signature", "Sheet 1 of 2"})
	for _, c := range []struct {
		by     *apitest.Client
		path   string
		status int
	}{
		{w.Stranger(), path, 401}, {w.As(core.RoleCounty), anotherID(path), 404}, {w.As(core.RoleClerk), strings.Replace(path, w.Village.String(), w.Foreign.String(), 1), 403},
	} {
		if a := c.by.Get(c.path); a.Status != c.status {
			t.Errorf("%s: %d, want %d", c.path, a.Status, c.status)
		}
	}
	plan.Kind, plan.Counts = gatherings.Cleanup, []gatherings.Counts{{Rule: "B02", Who: gatherings.Hours, Hours: 2}}
	g, err = w.Services.Gatherings.Plan(ctx, w.Actor(core.RoleClerk), w.Village, plan)
	must(t, err)
	holds(t, w.As(core.RoleClerk).Get("/print/gathering/"+w.Village.String()+"/"+g.ID.String()+"?lang=zh").Want(200), []string{"小时"}, "到结束")
}

// TestDoorOnPaper: the code at the door on a side of A4, for those who call the roll only, and not before there is one.
func TestDoorOnPaper(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	ctx, clerk := context.Background(), w.Actor(core.RoleClerk)
	g, err := w.Services.Gatherings.Plan(ctx, clerk, w.Village, gatherings.Plan{Kind: gatherings.Meeting, Title: "九月群众会", Day: 20260920, FromMin: 1170, ToMin: 1260,
		Counts: []gatherings.Counts{{Rule: "A01", Who: gatherings.Whole}}})
	must(t, err)
	path := "/print/door/" + w.Village.String() + "/" + g.ID.String()
	w.As(core.RoleClerk).Get(path).Want(404)
	_, err = w.Services.Gatherings.OpenDoor(ctx, clerk, w.Village, g.ID, 1110, 1260)
	must(t, err)
	holds(t, w.As(core.RoleClerk).Get(path+"?lang=zh").Want(200), []string{"九月群众会", "9月20日 18:30–21:00", "没有手机", "<svg"})
	holds(t, w.As(core.RoleSecretary).Get(path+"?lang=en").Want(200), []string{"Scan to say you are here", "sign the sheet"})
	w.As(core.RoleSupervisor).Get(path).Want(403)
	w.Stranger().Get(path).Want(401)
}

// anotherID is the path with an id that nothing has: its last character is another one.
func anotherID(path string) string {
	last := "0"
	if strings.HasSuffix(path, last) {
		last = "1"
	}
	return path[:len(path)-1] + last
}
