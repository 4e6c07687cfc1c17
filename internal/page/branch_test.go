package page_test

import (
	"context"
	"fmt"
	"testing"

	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/rulebook"
)

// The list of a quarter and the sheet of the year's end are printed for inside the branch.
func TestTheBranchsListIsForInside(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	ctx := context.Background()
	clerk, secretary := w.Actor(core.RoleClerk), w.Actor(core.RoleSecretary)
	svc := w.Services.Branch
	resident, err := w.Services.Directory.AddResident(ctx, clerk, directory.AddInput{Village: w.Village, Household: w.homes[0],
		Resident: directory.ResidentInput{Name: "龚向党", Party: true}})
	must(t, err)
	member, err := svc.AddMember(ctx, clerk, w.Village, branch.AddInput{Resident: resident.ID, Class: branch.Elderly, Day: 20200701})
	must(t, err)
	draft, err := svc.PutDraft(ctx, clerk, w.Village, 2026, 0, branch.Content{Name: "前进村党支部", AnswerDays: 7, Bases: branch.Bases{Elderly: 60},
		Items: []branch.Item{{Code: "A1", TextZh: "参加主题党日<b>", Points: 5}}, Grades: []branch.Grade{{TextZh: "优秀", TextEn: "Excellent", From: 65}, {TextZh: "合格", From: 0}}})
	must(t, err)
	_, err = svc.Adopt(ctx, secretary, w.Village, 2026, draft.Version, rulebook.Vote{Day: 20260908, Due: 1, Present: 1, InFavour: 1, MinutesNo: "1"})
	must(t, err)
	e, err := svc.Propose(ctx, clerk, w.Village, branch.ProposeInput{Year: 2026, Member: member.ID, Item: "A1", Times: 2, Day: core.DayOf(w.Clock.Now()), Note: "九月签到表"})
	must(t, err)
	_, err = svc.Decide(ctx, secretary, w.Village, branch.Decision{ID: e.ID, Post: true})
	must(t, err)
	at := fmt.Sprintf("/print/branch/%s/2026/", w.Village)
	holds(t, w.As(core.RoleClerk).Get(at+"3?lang=zh").Want(200), []string{"支部内部", "第三季度", "龚向党", "年老体弱党员", "60", "+10", "70", "参加主题党日&lt;b&gt; × 2",
		"九月签到表", "不按分数排名", "本人签字", "size:A4"}, "branch.", "<b> ×", "按积分建议")
	holds(t, w.As(core.RoleClerk).Get(at+"evaluation?lang=en").Want(200), []string{"Inside the branch", "evaluation of Party members, 2026", "Excellent", "Suggested by points",
		"Day __________"}, "branch.", "支部内部")
	w.Clock.SetDay(20261220)
	secretary = w.Actor(core.RoleSecretary)
	_, err = svc.Evaluate(ctx, secretary, w.Village, branch.EvaluateInput{Year: 2026, Day: 20261220, Due: 1, Present: 1, MinutesNo: "支〔2026〕12号",
		Verdicts: []branch.Verdict{{Member: member.ID, Grade: "合格", InFavour: 1}}})
	must(t, err)
	holds(t, w.As(core.RoleSecretary).Get(at+"evaluation?lang=zh").Want(200), []string{"支〔2026〕12号", ">合格<", "应到 1 人"}, "branch.", "____")
	w.As(core.RoleSecretary).Get(at + "5").Want(422)
	w.As(core.RoleSecretary).Get(at + "x").Want(404)
	w.As(core.RoleSecretary).Get(fmt.Sprintf("/print/branch/%s/2025/1", w.Village)).Want(404)
	w.Stranger().Get(at + "3").Want(401)
	w.As(core.RoleKeeper).Get(at + "3").Want(403)
}
