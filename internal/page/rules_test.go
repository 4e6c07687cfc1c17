package page_test

import (
	"context"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

// TestThePublishedRulesOnScreenAndPaper: everybody reads them with the vote and the filing; what is not published has no paper.
func TestThePublishedRulesOnScreenAndPaper(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	ctx, anybody := context.Background(), w.Stranger()
	vote := []string{"前进村积分细则", "2026年9月1日起实行", "村民代表会议", "应到 30，到会 25，赞成 20", "〔2026〕3号", "白泥备〔2026〕3号"}
	holds(t, anybody.Get("/p/"+w.Village.String()+"/rules?lang=zh").Want(200), append(vote, "最清洁 +10", "凭会议签到表", "as=leaflet"))
	holds(t, anybody.Get("/p/"+w.Village.String()+"/rules?lang=en").Want(200), []string{"30 due, 25 present, 20 in favour", "Filed with the township"}, "应到")
	holds(t, anybody.Get("/p/"+w.Village.String()+"?lang=zh").Want(200), []string{"/rules"})
	print1 := "/print/rules/" + w.Village.String() + "/1"
	for _, as := range []string{"a3", "a4"} {
		page := anybody.Get(print1 + "?lang=zh&as=" + as).Want(200)
		holds(t, page, append(vote, "size:"+strings.ToUpper(as), "<svg", "移风易俗", "红白喜事简办", "−10"))
	}
	holds(t, anybody.Get(print1+"?lang=en&as=leaflet").Want(200), []string{"size:A4", "Whom to ask", "claim it yourself"}, "size:A3")
	holds(t, anybody.Get(print1+"?lang=zh&as=leaflet").Want(200), []string{"觉得不对怎么办", "每月公示 3 天", "评议小组认定"})
	_, err := w.Services.Rules.Draft(ctx, w.Actor(core.RoleClerk), rulebook.DraftInput{Area: w.Village, Title: "第二版"})
	must(t, err)
	for _, path := range []string{"/print/rules/" + w.Village.String() + "/2", "/print/rules/" + w.Village.String() + "/x", "/p/" + w.Nearby.String() + "/rules"} {
		if a := anybody.Get(path); a.Status != 404 && a.Status != 409 {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
}
