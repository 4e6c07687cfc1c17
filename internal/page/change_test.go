package page_test

import (
	"context"
	"fmt"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/households"
)

// The sheet that both households sign says the same before and after another person confirmed it: who goes, what goes with
// them and on which voucher.
func TestTheSheetOfASplit(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	ctx := context.Background()
	clerk := w.Actor(core.RoleClerk)
	son, err := w.Services.Directory.AddResident(ctx, clerk, directory.AddInput{Village: w.Village, Household: w.homes[0],
		Resident: directory.ResidentInput{Name: "王小军", Relation: directory.Child}})
	must(t, err)
	split := households.Input{Kind: households.Split, Household: w.homes[0], Residents: []core.ID{son.ID}, Head: son.ID, Reason: "儿子成家<b>另立一户"}
	change, err := w.Services.Households.Propose(ctx, clerk, w.Village, split)
	must(t, err)
	at := fmt.Sprintf("/print/change/%s/%s", w.Village, change.ID)

	known := []string{"王建国", "王小军", "儿子成家&lt;b&gt;另立一户", "−50", "+50", "size:A4"}
	proposed := w.As(core.RoleClerk).Get(at + "?lang=zh").Want(200)
	holds(t, proposed, append(known, "会记这几笔账", "条申报没办完", "签字"), "<b>另立", "households.")
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=en").Want(200), []string{"What will be posted", "New household, 王小军"}, "会记这几笔账", "households.")

	done, err := w.Services.Households.Confirm(ctx, w.Actor(core.RoleSecretary), w.Village, change.ID, households.Confirmation{Paper: "档案盒 3-12",
		Signed: "王建国", SignedOther: "王小军"})
	must(t, err)
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=zh").Want(200), append(known, fmt.Sprintf("%d 号户 王小军", done.Other.Number),
		fmt.Sprintf(">%d<", done.Voucher), "档案盒 3-12", "王建国、王小军"), "会记这几笔账", "households.")

	w.Stranger().Get(at).Want(401)
	w.AsIn(core.RoleClerk, w.Nearby).Get(at).Want(403)
	w.As(core.RoleClerk).Get(fmt.Sprintf("/print/change/%s/0000000000001", w.Village)).Want(404)
}

func TestTheSheetOfAClosing(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	ctx := context.Background()
	home := w.Household("赵文英")
	change, err := w.Services.Households.Propose(ctx, w.Actor(core.RoleClerk), w.Village, households.Input{Kind: households.Close, Household: home,
		Cause: households.Moved, Points: households.Kept, Reason: "全家迁往外地"})
	must(t, err)
	at := fmt.Sprintf("/print/change/%s/%s", w.Village, change.ID)
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=zh").Want(200), []string{"销户", "赵文英", "全家迁往外地", "户里的人", "100"}, "households.", "新户", "过去的人")
	_, err = w.Services.Households.Withdraw(ctx, w.Actor(core.RoleClerk), w.Village, change.ID, 0)
	must(t, err)
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=en").Want(200), []string{"Closing", "was not carried out"}, "households.", "销户")
}
