package claims_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/messages"
	"qunyan/internal/store"
)

// TestWhereAListWasPosted: the page by itself, board and group by whoever put them up, all of it for the auditor; the page
// comes down by itself, once.
func TestWhereAListWasPosted(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	n, _ := p.onNotice(2)
	ctx := context.Background()
	_, err := p.claims.RecordCopy(ctx, p.clerk, p.village, n.ID, "wall", "村口")
	p.wants(err, "claims.bad_way")
	_, err = p.claims.RecordCopy(ctx, p.clerk, p.village, n.ID, claims.OnBoardA3, " ")
	p.wants(err, "claims.text_missing")
	_, err = p.claims.RecordCopy(ctx, p.auditor, p.village, n.ID, claims.OnBoardA3, "村口")
	p.wants(err, "access.forbidden")
	board, err := p.claims.RecordCopy(ctx, p.clerk, p.village, n.ID, claims.OnBoardA3, "村口公示栏")
	p.wants(err, "")
	_, err = p.claims.RecordCopy(ctx, p.secretary, p.village, n.ID, claims.InChat, "一组微信群")
	p.wants(err, "")
	p.wants(p.claims.TakeCopyDown(ctx, p.clerk, p.village, n.ID, 5), "claims.no_copy")
	p.clock.SetDay(n.ToDay.Add(claims.DownAfterDays + 1))
	for want := range []int64{1, 0} {
		if down, err := p.claims.TakeDownDue(ctx); err != nil || want == 1 && down != 0 {
			t.Fatalf("took down %d, %v", down, err)
		}
	}
	p.wants(p.claims.TakeCopyDown(ctx, p.clerk, p.village, n.ID, board), "")
	all, err := p.claims.Copies(ctx, p.auditor, p.village, n.ID)
	p.wants(err, "")
	if len(all) != 3 || all[0].Way != claims.OnPage || all[0].DownMs == 0 || all[1].DownName != p.clerk.Name || !all[2].Due || all[1].Due {
		t.Errorf("the record says %+v", all)
	}
	_, _, err = p.claims.PublicNotice(ctx, p.village, n.ID)
	p.wants(err, "claims.notice_down")
	_, err = p.claims.RecordCopy(ctx, p.clerk, p.village, n.ID, claims.InChat, "二组群")
	p.wants(err, "claims.notice_down")
}

// TestAnswersArePublicWithoutNames: the answer stands with its line, names masked and numbers gone; of a deduction only
// whether the objection held.
func TestAnswersArePublicWithoutNames(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	fine := p.submit(p.clerk, p.deed(1, "M01"))
	p.approve(p.supervisor, fine.ID)
	n, all := p.onNotice(1)
	for _, id := range []core.ID{all[0].ID, fine.ID} {
		o, err := p.object(p.public("1.1.1.1"), n, id, "不对")
		p.wants(err, "")
		_, err = p.claims.AnswerObjection(ctx, p.secretary, p.village, o.ID, claims.Answer{Outcome: claims.Dismissed, Text: "王建国 2026-09-10 在场，电话 138 0000 0000 可问"})
		p.wants(err, "")
	}
	open, err := p.object(p.public("1.1.1.2"), n, all[0].ID, "再查")
	p.wants(err, "")
	_, lines, err := p.claims.PublicNotice(ctx, p.village, n.ID)
	p.wants(err, "")
	if len(lines) != 2 || len(lines[0].Answers) != 1 || lines[0].Answers[0].Text != "王*国 2026-09-10 在场，电话 ***可问" || lines[0].DueDay != open.DueDay {
		t.Errorf("%+v", lines)
	}
	if len(lines[1].Answers) != 1 || lines[1].Answers[0].Text != "" {
		t.Errorf("a deduction's answer: %+v", lines[1].Answers)
	}
	p.clock.SetDay(open.DueDay.Add(1))
	if m, err := p.claims.Month(ctx, p.township, p.village, 202609); err != nil || m.Overdue != 1 {
		t.Errorf("overdue: %d, %v", m.Overdue, err)
	}
}

// TestCorrectionsComeWithTheNextList, once.
func TestCorrectionsComeWithTheNextList(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	first, all := p.onNotice(2)
	p.clock.SetDay(first.ToDay.Add(1))
	p.close(202609)
	no := p.claim(all[0].ID).Line
	back, err := ledger.New(p.st, p.clock, p.ids, nil).ReverseLine(ctx, p.secretary, ledger.ReverseInput{Village: p.village, No: no, Reason: "王建国记重了"})
	p.wants(err, "")
	p.clock.SetDay(20261005)
	var lists []claims.Notice
	for range 2 {
		p.approve(p.supervisor, p.submit(p.clerk, p.deed(1, "B02")).ID)
		lists = append(lists, p.publish(202610))
	}
	for i, want := range []int{0, 1, 0} {
		fixed, err := p.claims.PublicCorrections(ctx, p.village, append([]claims.Notice{first}, lists...)[i].ID)
		if err != nil || len(fixed) != want {
			t.Fatalf("list %d has %d corrections, %v", i, len(fixed), err)
		}
		if want == 1 && (fixed[0].No != back || fixed[0].Reverses != no || fixed[0].Points != -10 || fixed[0].Head != "王*国" || fixed[0].Reason != "王*国记重了") {
			t.Errorf("%+v", fixed[0])
		}
	}
}

// TestAListMayHaveCorrectionsOnly: it is published without new claims, shows them, and the month closes after it.
func TestAListMayHaveCorrectionsOnly(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 2)
	ctx := context.Background()
	first, all := p.onNotice(2)
	p.clock.SetDay(first.ToDay.Add(1))
	p.close(202609)
	p.clock.SetDay(20261005)
	_, err := p.claims.PublishNotice(ctx, p.clerk, p.village, 202610, 0)
	p.wants(err, "claims.nothing_to_notice")
	_, err = ledger.New(p.st, p.clock, p.ids, nil).ReverseLine(ctx, p.secretary, ledger.ReverseInput{Village: p.village, No: p.claim(all[0].ID).Line, Reason: "记重了"})
	p.wants(err, "")
	m, err := p.claims.Month(ctx, p.clerk, p.village, 202610)
	if err != nil || m.Corrections != 1 || !m.CanNotice {
		t.Errorf("%d corrections wait, may publish %v, %v", m.Corrections, m.CanNotice, err)
	}
	list := p.publish(202610)
	_, lines, err := p.claims.PublicNotice(ctx, p.village, list.ID)
	if err != nil || len(lines) != 0 || list.Claims != 0 {
		t.Errorf("%+v has %d lines, %v", list, len(lines), err)
	}
	fixed, err := p.claims.PublicCorrections(ctx, p.village, list.ID)
	if err != nil || len(fixed) != 1 {
		t.Errorf("%+v, %v", fixed, err)
	}
	text := claims.ChatText{Lang: messages.Chinese, Title: "十月", Notice: list, Corrections: fixed, Link: "https://x/p/1"}.Messages(0)
	if len(text) != 1 || !strings.Contains(text[0], "没有新条目，只有更正 https://x/p/1") || strings.Contains(text[0], "填序号") {
		t.Errorf("for a chat: %q", text)
	}
	_, err = p.claims.PublishNotice(ctx, p.clerk, p.village, 202610, 0) // no second time
	p.wants(err, "claims.nothing_to_notice")
	p.clock.SetDay(list.ToDay.Add(1))
	if done := p.close(202610); done.Claims != 0 {
		t.Errorf("closed: %+v", done)
	}
	p.balanced()
}

// TestChatMessages have every line whole, in order, and none is longer than what the chat takes.
func TestChatMessages(t *testing.T) {
	t.Parallel()
	text := claims.ChatText{Lang: messages.Chinese, Title: "前进村2026年9月积分公示", Link: "https://x/p/1", Corrections: []claims.Correction{{No: 9, Reverses: 3, Head: "王*国", ItemZh: "开会", Points: -2, Reason: "记重"}}}
	for i := range 2000 {
		text.Lines = append(text.Lines, claims.PublicLine{No: int64(i + 1), Group: []string{"一组", "二组"}[i/1000], Head: "王*国", ItemZh: "按时参加群众会", Points: 2})
	}
	for _, most := range []int{0, 600, 2000, 1 << 30} {
		joined := ""
		parts := text.Messages(most)
		for _, m := range parts {
			if n := utf8.RuneCountInString(m); n > min(max(most, claims.ChatLeast), claims.ChatMost) {
				t.Fatalf("a message of %d characters, asked for %d", n, most)
			}
			_, body, _ := strings.Cut(m, "\n")
			joined += body + "\n"
		}
		if strings.Count(joined, "王*国 按时参加群众会 +2\n") != 2000 || !strings.Contains(joined, "【二组】\n1001. ") || !strings.Contains(joined, "第 9 号更正第 3 号") {
			t.Errorf("%d messages of %d lack lines", len(parts), most)
		}
	}
}

// TestAFloodLocksNobodyElseOut: behind one address a second device, a card and paper come through when one device had its
// number; who changes the device's name meets the address's bound.
func TestAFloodLocksNobodyElseOut(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 60)
	n, all := p.onNotice(60)
	ctx := context.Background()
	from := func(by core.Actor, device string, i int) error {
		_, err := p.claims.Object(ctx, by, p.village, claims.Doubt{Notice: n.ID, Claim: all[i].ID, Text: "不对", Device: device})
		return err
	}
	somebody := p.public("10.9.9.9")
	for i := range 10 {
		p.wants(from(somebody, "A", i), "")
	}
	p.wants(from(somebody, "A", 10), "claims.too_many_objections")
	p.wants(from(somebody, "B", 10), "")
	for i := range 29 {
		p.wants(from(somebody, "C"+string(rune('a'+i)), 11+i), "")
	}
	p.wants(from(somebody, "D", 50), "claims.too_many_objections")
	card := p.card(3)
	card.From = "10.9.9.9"
	p.wants(from(card, "A", 50), "")
	p.wants(from(p.clerk, "", 51), "")
}

// TestAForgottenVillageIsReminded, once for each month, from the day on.
func TestAForgottenVillageIsReminded(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	const reminders = `SELECT COUNT(*) FROM month_reminder WHERE village = $1`
	for _, c := range []struct {
		today core.Day
		want  int64
	}{{20260904, 0}, {20260905, 1}, {20260906, 1}, {20261005, 2}} {
		p.clock.SetDay(c.today)
		_, err := p.claims.RemindDue(ctx, 5)
		p.wants(err, "")
		var found int64
		p.view(func(ctx context.Context, tx *store.Tx) error { return tx.Row(ctx, reminders, p.village).Scan(&found) })
		if found != c.want {
			t.Errorf("%d: %d reminders, want %d", c.today, found, c.want)
		}
	}
}

// TestSharesOfAMonth are found by number, name and page.
func TestSharesOfAMonth(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 5)
	p.onNotice(5)
	ctx := context.Background()
	for find, want := range map[string]int{"": 5, "2": 1, "王建国": 2, "50%": 0} {
		list, _, err := p.claims.Shares(ctx, p.clerk, p.village, 202609, find, core.Page{})
		if err != nil || len(list) != want {
			t.Errorf("%q finds %d, %v", find, len(list), err)
		}
	}
	list, next, err := p.claims.Shares(ctx, p.clerk, p.village, 202609, "", core.Page{Limit: 3})
	if err != nil || len(list) != 3 || next != "3" || list[0].Earned != 10 {
		t.Errorf("%+v, next %s, %v", list, next, err)
	}
}
