package page_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
)

// sealed is a village whose month is closed and whose book is signed for.
type sealed struct {
	*published
	note proof.Note
}

func sealBook(t *testing.T) *sealed {
	t.Helper()
	w := publish(t, 2)
	ctx := context.Background()
	w.Clock.SetDay(w.notice.ToDay.Add(1))
	_, err := w.Services.Claims.Close(ctx, w.Actor(core.RoleSecretary), w.Village, 202609)
	must(t, err)
	n, err := w.Services.Ledger.SealNow(ctx, w.Actor(core.RoleSecretary), w.Village)
	must(t, err)
	return &sealed{w, n}
}

// line is the newest line of a household, with its code.
func (w *sealed) line(t *testing.T, home core.ID) ledger.BookLine {
	t.Helper()
	lines, _, err := w.Services.Ledger.HouseholdLines(context.Background(), w.Actor(core.RoleClerk), w.Village, home, core.Page{})
	must(t, err)
	return lines[0]
}

func TestThePageOfCheckpoints(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	book := "/p/" + w.Village.String() + "/book"
	holds(t, w.Stranger().Get(book+"?lang=zh").Want(200), []string{"还没有存证", "怎样核验", "/p/keys"}, "<table")
	holds(t, w.Stranger().Get("/p/"+w.Village.String()+"?lang=zh").Want(200), []string{book})

	s := sealBook(t)
	book = "/p/" + s.Village.String() + "/book"
	key, err := s.Services.Ledger.Keys(context.Background())
	must(t, err)
	anybody := s.Stranger()
	page := anybody.Get(book + "?lang=zh").Want(200)
	holds(t, page, []string{"前进村村账存证", fmt.Sprintf("前 %d 笔已经存证", s.note.Size), "全部已经存证", s.note.Root.String(), key[0].Fingerprint(),
		"/proof/#" + s.note.Compact(), "<svg class=\"qr\"", "历次存证", fmt.Sprintf("%s/%d", book, s.note.Size)}, "王", "李")
	holds(t, anybody.Get(book+"?lang=en&big=1").Want(200), []string{"Checkpoints of", "all are covered"}, "存证")

	file := anybody.Get(fmt.Sprintf("%s/%d", book, s.note.Size)).Want(200)
	if string(file.Body) != s.note.String() || !strings.Contains(file.Header.Get("Content-Disposition"), ".note") {
		t.Errorf("the checkpoint's file is %q, %v", file.Body, file.Header)
	}
	for _, path := range []string{"/999", "/x"} {
		anybody.Get(book + path).Want(404)
	}
	anybody.Get(book + "?before=x").Want(422)

	s.Household("赵德才") // its opening line is not covered yet
	holds(t, anybody.Get(book+"?lang=zh").Want(200), []string{"最新的 1 笔还没有存证"})
}

func TestTheKeysAreListed(t *testing.T) {
	t.Parallel()
	w := sealBook(t)
	key, err := w.Services.Ledger.Keys(context.Background())
	must(t, err)
	holds(t, w.Stranger().Get("/p/keys?lang=zh").Want(200), []string{key[0].Fingerprint(), key[0].PublicKey.String(), "Ed25519", "现在用的是这一把", "16 个字符全一样"})
	holds(t, w.Stranger().Get("/p/keys?lang=en").Want(200), []string{"Public keys", key[0].Name}, "公钥")
}

func TestTheNoticeBearsTheCheckpoint(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	if n := strings.Count(string(w.Stranger().Get(w.at("?print=a4&lang=zh")).Want(200).Body), "<svg"); n != 1 {
		t.Errorf("without a checkpoint the print has %d codes", n)
	}
	s := sealBook(t)
	print := s.Stranger().Get(s.at("?print=a4&lang=zh")).Want(200)
	holds(t, print, []string{"扫码核验村账存证<br>2026年9月"})
	if n := strings.Count(string(print.Body), "<svg"); n != 2 {
		t.Errorf("with a checkpoint the print has %d codes", n)
	}
}

func TestALinesProofIsPrintedForWhoeverHasItsCode(t *testing.T) {
	t.Parallel()
	w := sealBook(t)
	line := w.line(t, w.homes[1])
	at := fmt.Sprintf("/print/proof/%s/%d", w.Village, line.No)
	code := "code=" + line.Code(w.Village)
	anybody := w.Stranger()
	page := anybody.Get(at + "?lang=zh&" + strings.ToLower(code)).Want(200)
	holds(t, page, []string{"账目证明", fmt.Sprintf("第 %d 号", line.No), "+2 分", "按时参加", "可兑换积分", "<svg class=\"qr\"", "怎样核验", fmt.Sprintf("管到第 %d 号", w.note.Size)}, "李芬")
	link := regexp.MustCompile(`href="/proof/#([\w-]+)"`).FindSubmatch(page.Body)
	if link == nil {
		t.Fatal("the page leads to no check")
	}
	p, _, err := proof.ParseCompact(string(link[1]))
	must(t, err)
	keys, err := w.Services.Ledger.Keys(context.Background())
	must(t, err)
	if _, err := p.Check(keys[0].PublicKey); err != nil || p.Index != line.No-1 {
		t.Errorf("what the page leads to is no proof of line %d: %v", line.No, err)
	}
	file := anybody.Get(at + "?file=1&" + code).Want(200)
	if kept, err := proof.ParseProof(string(file.Body)); err != nil || kept.String() != p.String() {
		t.Errorf("the file is another proof: %v", err)
	}
	holds(t, anybody.Get(fmt.Sprintf("/p/%s/line?lang=en&no=%d&%s", w.Village, line.No, code)).Want(200), []string{"Proof of a line", "<svg", "file=1"})

	for _, wrong := range []string{at, at + "?code=00000000", fmt.Sprintf("/print/proof/%s/%d?%s", w.Village, line.No-1, code), fmt.Sprintf("/print/proof/%s/%d?%s", w.Nearby, line.No, code),
		fmt.Sprintf("/print/proof/%s/x?%s", w.Village, code), fmt.Sprintf("/p/%s/line?no=x&%s", w.Village, code)} {
		anybody.Get(wrong).Want(404)
	}
}

func TestALineThatIsNotCoveredSaysWhenItWillBe(t *testing.T) {
	t.Parallel()
	w := sealBook(t)
	line := w.line(t, w.Household("赵德才"))
	at := fmt.Sprintf("/print/proof/%s/%d?lang=zh&code=%s", w.Village, line.No, line.Code(w.Village))
	for _, rest := range []string{"", "&file=1"} {
		holds(t, w.Stranger().Get(at+rest).Want(200), []string{"还没有存证", "存证每天做一次", "+100 分"}, "<svg class=\"qr\"", "/proof/#")
	}
	w.Stranger().Get(at + "0").Want(404) // a wrong code is told nothing, covered or not
}

func TestThePassbookIsPrintedForStaffAndForTheOwnCard(t *testing.T) {
	t.Parallel()
	w := sealBook(t)
	at := fmt.Sprintf("/print/passbook/%s/%s", w.Village, w.homes[1])
	line := w.line(t, w.homes[1])
	printed := line.Code(w.Village)
	page := w.As(core.RoleClerk).Get(at + "?lang=zh").Want(200)
	holds(t, page, []string{"积分存折", "李*", "size:A4", "开户基础分", "+100", "按时参加", "+2", printed[:4] + "-" + printed[4:], "第 " + fmt.Sprint(line.No) + " 号的证明", "村账存证"}, "李芬", "王")
	if n := strings.Count(string(page.Body), "<svg"); n != 2 {
		t.Errorf("the passbook has %d codes", n)
	}
	if body := string(page.Body); strings.Index(body, "开户基础分") > strings.Index(body, "按时参加") {
		t.Error("the newest line does not stand last")
	}
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=en&size=a5").Want(200), []string{"size:A5", "Points passbook", "/p/" + w.Village.String() + "/book", `rel="icon"`}, "积分存折")
	holds(t, w.As(core.RoleClerk).Get(at+"?lang=zh&from=202501&to=202508").Want(200), []string{"这段时间没有账", "2025年1月—2025年8月"}, "+2")
	for _, bad := range []string{"?from=x", "?to=202613", "?from=99999999999999999999"} {
		w.As(core.RoleClerk).Get(at + bad).Want(422)
	}

	w.Stranger().Get(at).Want(401)
	w.AsIn(core.RoleClerk, w.Nearby).Get(at).Want(403)
	w.As(core.RoleClerk).Get(fmt.Sprintf("/print/passbook/%s/0000000000001", w.Village)).Want(404)
	card := w.Card(w.homes[1])
	holds(t, w.Stranger().Get("/print/passbook/"+card.Token+"?lang=zh").Want(200), []string{"积分存折", "李*", printed[:4]}, "王")
	w.Stranger().Get("/print/passbook/none").Want(401)
	if w.Logged(card.Token) || w.Logged(printed) {
		t.Error("a card's token or a line's code stands in the log")
	}
}

func TestABookWithoutACheckpointPrintsItsPassbookAllTheSame(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	at := fmt.Sprintf("/print/passbook/%s/%s?lang=zh", w.Village, w.homes[0])
	holds(t, w.As(core.RoleClerk).Get(at).Want(200), []string{"村账还没有存证", "+100"}, "<svg class=\"qr\"")
}
