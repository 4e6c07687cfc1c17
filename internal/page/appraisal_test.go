package page_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/appraisal"
	"qunyan/internal/core"
	"qunyan/internal/directory"
)

// TestRatingSheets: one paper for each rater with every household once in the order of the list and the own one crossed
// out; the result says the grades and not who gave them.
func TestRatingSheets(t *testing.T) {
	t.Parallel()
	w := publish(t, 61)
	ctx, clerk := context.Background(), w.Actor(core.RoleClerk)
	list, _, err := w.Services.Directory.Households(ctx, clerk, w.Village, directory.Filter{}, core.Page{Limit: 200})
	must(t, err)
	a, err := w.Services.Appraisals.Open(ctx, clerk, w.Village, appraisal.Plan{Rule: "B01", Month: 202609, Day: 20260920, Title: "九月庭院评议",
		Raters: []appraisal.Rater{{Name: "评议员甲", Household: list[0].ID}, {Name: "评议员乙"}, {Name: "评议员丙"}}})
	must(t, err)
	path := "/print/appraisal/" + w.Village.String() + "/" + a.ID.String()
	sheet := w.As(core.RoleClerk).Get(path + "?lang=zh").Want(200)
	holds(t, sheet, []string{"九月庭院评议 评议表", "1 号评议员：评议员甲", "3 号评议员：评议员丙", "不进屋，不拍照", "最清洁", "<svg", "第 2 张，共 2 张"})
	for n := 1; n <= 61; n++ {
		if got := strings.Count(string(sheet.Body), fmt.Sprintf(`<td class="n">%d<td>`, n)); got != 3 {
			t.Errorf("household %d stands on %d papers", n, got)
		}
	}
	if got := strings.Count(string(sheet.Body), "自家不评"); got != 1 {
		t.Errorf("%d households are crossed out", got)
	}
	for rater := int64(1); rater <= 3; rater++ {
		_, err := w.Services.Appraisals.Mark(ctx, clerk, w.Village, a.ID, rater, []appraisal.Mark{{Household: list[1].ID, Mark: 2}, {Household: list[2].ID, Mark: 0}})
		must(t, err)
	}
	result := w.As(core.RoleSupervisor).Get(path + "/result?lang=zh").Want(200)
	holds(t, result, []string{"九月庭院评议 评议结果", "最清洁 <b>1</b>", "不评档次 <b>1</b>", "不到 3 人打分 <b>59</b>", "取中位数"}, "评议员甲")
	holds(t, w.As(core.RoleClerk).Get(path+"/result?lang=en").Want(200), []string{"result", "fewer than 3 marks"})
	for _, c := range []struct {
		by     *apitest.Client
		path   string
		status int
	}{
		{w.Stranger(), path, 401}, {w.As(core.RoleKeeper), path + "/result", 403}, {w.As(core.RoleClerk), anotherID(path), 404},
	} {
		if a := c.by.Get(c.path); a.Status != c.status {
			t.Errorf("%s: %d, want %d", c.path, a.Status, c.status)
		}
	}
}
