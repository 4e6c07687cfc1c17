package claims_test

import (
	"context"
	"reflect"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
)

// TestWhatThePublicSees: masked names in the village's order, deductions by category, and nothing after thirty days.
func TestWhatThePublicSees(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 4)
	ctx := context.Background()
	for i := 3; i >= 0; i-- {
		rule := "A02"
		if i == 2 {
			rule = "M03"
		}
		p.approve(p.supervisor, p.submit(p.clerk, p.deed(i, rule)).ID)
	}
	n := p.publish(202609)
	_, lines, err := p.claims.PublicNotice(ctx, p.village, n.ID)
	p.wants(err, "")
	want := []claims.PublicLine{ // by group, then by the household's number
		{No: 1, Group: "一组", Head: "王*国", ItemZh: "建议被采纳", ItemEn: "Suggestion adopted", Category: "council", Points: 10, State: claims.Noticed},
		{No: 2, Group: "一组", Head: "欧阳*", ItemZh: "建议被采纳", ItemEn: "Suggestion adopted", Category: "council", Points: 10, State: claims.Noticed},
		{No: 3, Group: "二组", Head: "李*", ItemZh: "建议被采纳", ItemEn: "Suggestion adopted", Category: "council", Points: 10, State: claims.Noticed},
		{No: 4, Group: "三组", Head: "陈*贵", Category: "deduction", Points: -60, State: claims.Noticed},
	}
	for i, l := range lines {
		l.Claim = 0
		if i >= len(want) || !reflect.DeepEqual(l, want[i]) {
			t.Errorf("line %d: %+v", i, l)
		}
	}
	var paged []claims.PublicLine
	for cursor := ""; ; {
		_, part, next, err := p.claims.PublicLines(ctx, p.village, n.ID, core.Page{Cursor: cursor, Limit: 3})
		p.wants(err, "")
		paged = append(paged, part...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(paged) != 4 || !reflect.DeepEqual(paged[3], lines[3]) {
		t.Errorf("by pages: %+v", paged)
	}
	for _, bad := range []string{"x", "-1", "0"} {
		_, _, _, err := p.claims.PublicLines(ctx, p.village, n.ID, core.Page{Cursor: bad})
		p.wants(err, "input.bad_cursor")
	}
	_, _, err = p.claims.PublicNotice(ctx, p.village, 77)
	p.wants(err, "claims.no_notice")
	_, _, err = p.claims.PublicNotice(ctx, p.village+1, n.ID)
	p.wants(err, "claims.no_notice")

	p.clock.SetDay(n.ToDay.Add(claims.DownAfterDays))
	if up, err := p.claims.PublicNotices(ctx, p.village); err != nil || len(up) != 1 {
		t.Errorf("on its thirtieth day: %+v, %v", up, err)
	}
	p.clock.SetDay(n.ToDay.Add(claims.DownAfterDays + 1))
	_, _, err = p.claims.PublicNotice(ctx, p.village, n.ID)
	p.wants(err, "claims.notice_down")
	if up, err := p.claims.PublicNotices(ctx, p.village); err != nil || len(up) != 0 {
		t.Errorf("after thirty days: %+v, %v", up, err)
	}
}
