package page_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"qunyan/internal/api/apitest"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/market"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// published is a village with n lines on a list.
type published struct {
	*apitest.World
	notice claims.Notice
	homes  []core.ID
}

// publish puts n claims of n households on the list of September 2026.
func publish(t *testing.T, n int) *published {
	t.Helper()
	w := &published{World: apitest.New(t)}
	ctx := context.Background()
	err := w.Services.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		return rulebook.SeedTemplate(ctx, tx, w.County, 20260101, w.Clock.Now())
	})
	must(t, err)
	w.Clock.SetDay(20260810)
	secretary, clerk := w.Actor(core.RoleSecretary), w.Actor(core.RoleClerk)
	_, err = w.Services.Rules.Draft(ctx, clerk, rulebook.DraftInput{Area: w.Village, Title: "前进村积分细则"})
	must(t, err)
	must(t, w.Services.Rules.Enact(ctx, secretary, w.Actor(core.RoleTownship), rulebook.Enacted{FromDay: 20260901, FilingNo: "白泥备〔2026〕3号",
		VoteInput: rulebook.VoteInput{Village: w.Village, Version: 1, NoticeDays: 3,
			Vote: rulebook.Vote{Kind: rulebook.Representatives, Day: 20260809, Due: 30, Present: 25, InFavour: 20, MinutesNo: "〔2026〕3号"}}}))
	w.Clock.SetDay(20260908)
	sheet := claims.Sheet{Rule: "A01", Day: 20260907, Title: "九月群众会"}
	for i := range n {
		w.homes = append(w.homes, w.Household([]string{"王建国", "李芬", "欧阳永贵"}[i%3]))
		sheet.Rows = append(sheet.Rows, claims.SheetRow{Household: w.homes[i], Qty: 1, Step: -1})
	}
	made, err := w.Services.Claims.SubmitSheet(ctx, clerk, w.Village, sheet)
	must(t, err)
	fine, err := w.Services.Claims.Submit(ctx, clerk, w.Village, claims.Deed{Household: w.homes[0], Rule: "M03", Day: 20260907, Step: -1})
	must(t, err)
	supervisor := w.Actor(core.RoleSupervisor)
	for _, id := range append([]core.ID{fine.ID}, idsOf(made)...) {
		_, err := w.Services.Claims.Approve(ctx, supervisor, w.Village, claims.Seen{ID: id})
		must(t, err)
	}
	w.notice, err = w.Services.Claims.PublishNotice(ctx, clerk, w.Village, 202609, 0)
	must(t, err)
	return w
}

func idsOf(r claims.SheetResult) (ids []core.ID) {
	for _, row := range r.Rows {
		ids = append(ids, row.Claim)
	}
	return ids
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *published) at(rest string) string {
	return "/p/" + w.Village.String() + "/notice/" + w.notice.ID.String() + rest
}

// holds fails unless the page has every wanted text and none of the others.
func holds(t *testing.T, a *apitest.Answer, wanted []string, unwanted ...string) {
	t.Helper()
	body := string(a.Body)
	for _, text := range wanted {
		if !strings.Contains(body, text) && !strings.Contains(html.UnescapeString(body), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	for _, text := range unwanted {
		if strings.Contains(body, text) {
			t.Errorf("the page shows %q", text)
		}
	}
	if regexp.MustCompile(`<script|\{[a-z_]+\}|page\.[a-z]+\.|ZgotmplZ`).MatchString(body) {
		t.Error("the page has a script, an unfilled text or something the template would not write")
	}
}

func TestNoticeInBothLanguages(t *testing.T) {
	t.Parallel()
	w := publish(t, 3)
	anybody := w.Stranger()
	holds(t, anybody.Get(w.at("?lang=zh")).Want(200),
		[]string{"前进村2026年9月积分公示", "公示期 9月9日—9月11日", "还有 3 天可提异议", "王*国", "李*", "欧阳*贵", "扣分", "−10", "+2"},
		"王建国", "李芬", "损坏公共设施")
	holds(t, anybody.Get(w.at("?lang=en")).Want(200), []string{"points notice, September 2026", "3 days left to object", "王*国", "Deductions"}, "王建国", "公示期", "Damages")
	holds(t, anybody.Get(w.at("?lang=zh&print=a4")).Want(200),
		[]string{"公示期 2026年9月9日—9月11日（3 天）", "<svg", "登记", "复核", "监督", "王*国", "counter(pages)"}, "王建国", "损坏公共设施")
	// The colon of the English title made the template refuse it as an address in the running head.
	holds(t, anybody.Get(w.at("?lang=en&print=a4")).Want(200), []string{"points notice, September 2026", "Recorded"}, "ZgotmplZ")
	holds(t, anybody.Get("/p/"+w.Village.String()+"?lang=zh").Want(200), []string{"前进村积分公开", "2026年9月", "正在公示", "按时参加", "还没有上架"})
	if a := anybody.Get("/p/" + w.Village.String()); a.Header.Get("Content-Language") != "zh-CN" {
		t.Errorf("a reader who asks for nothing reads %s", a.Header.Get("Content-Language"))
	}
}

// TestALongNoticeStaysSmall: a phone on a slow line fetches a list of two thousand.
func TestALongNoticeStaysSmall(t *testing.T) {
	t.Parallel()
	w := publish(t, 2)
	fillNotice(t, w, 2000)
	for _, rest := range []string{"", "?print=a4", "?lang=en"} {
		a := w.Stranger().Get(w.at(rest)).Want(200)
		if len(a.Body) > 200_000 {
			t.Errorf("%q: %d bytes", rest, len(a.Body))
		}
		if got := strings.Count(string(a.Body), "\n<tr"); got < 2000 {
			t.Errorf("%q: %d lines", rest, got)
		}
	}
	// On A3 two lines stand side by side, or the village's board would be full of paper.
	big := string(w.Stranger().Get(w.at("?print=a3")).Want(200).Body)
	rows := strings.Count(big, "\n<tr")
	if rows < 1000 || rows > 1010 {
		t.Errorf("a3: %d rows", rows)
	}
	if strings.Count(big, "<td>2000<") != 1 || strings.Count(big, "<td>1<") != 1 {
		t.Error("a3: the first or the last line does not stand there once")
	}
}

// fillNotice adds lines to the list as if as many claims had been approved.
func fillNotice(t *testing.T, w *published, n int) {
	t.Helper()
	const more = `INSERT INTO claim (village, id, household, version, rule, category, day, month, step, qty, points, asked, event, note,
			proof, photo, state, source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice,
			version_no, created_ms, changed_ms)
		SELECT village, $1, household, version, rule, category, day, month, step, qty, points, asked, event, note, proof, photo, state,
			source, sheet, by_kind, by_id, by_name, reviewer, reviewer_name, reviewed_ms, reason, notice, version_no, created_ms, changed_ms
		FROM claim WHERE village = $2 AND notice = $3 AND household = $4 AND points > 0 AND id < $5`
	last := core.ID(1) << 62
	must(t, w.Services.Store.Tx(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		return tx.Many(ctx, more, n-3, func(i int) []any {
			return []any{last + core.ID(i), w.Village, w.notice.ID, w.homes[i%2], last}
		})
	}))
}

// TestObjectingByForm takes the two pages a reader without script goes through.
func TestObjectingByForm(t *testing.T) {
	t.Parallel()
	w := publish(t, 2)
	anybody := w.Stranger()
	form := anybody.Get(w.at("/object?no=1&lang=zh")).Want(200)
	holds(t, form, []string{"王*国", "第 1 条", "提交异议"}, "王建国")
	claim := regexp.MustCompile(`name="claim" value="(\w{13})"`).FindStringSubmatch(string(form.Body))
	if claim == nil {
		t.Fatal("the form names no claim")
	}
	for _, no := range []string{"0", "9", "x", "", "99999999999999999999"} {
		anybody.Get(w.at("/object?lang=zh&no=" + no)).Want(404)
	}
	status, body := w.post(t, w.at("/object?lang=zh"), url.Values{"claim": {claim[1]}, "text": {"  "}, "contact": {"组长"}})
	if status != 422 || !strings.Contains(body, "请写明内容") || !strings.Contains(body, `value="组长"`) {
		t.Errorf("an empty objection: %d %s", status, body)
	}
	status, body = w.post(t, w.at("/object?lang=zh"), url.Values{"claim": {claim[1]}, "text": {`<script>alert("王")</script>`}})
	code := regexp.MustCompile(`class="code">(\w{4}-\w{4})<`).FindStringSubmatch(body)
	if status != 200 || code == nil || strings.Contains(body, "<script") {
		t.Fatalf("an objection: %d %s", status, body)
	}
	told := anybody.Get("/p/" + w.Village.String() + "/objection?lang=zh&code=" + strings.ToLower(code[1])).Want(200)
	holds(t, told, []string{"正在核实", "&lt;script&gt;"})
	holds(t, anybody.Get(w.at("?lang=zh")).Want(200), []string{"有异议，核实中"})
	anybody.Get("/p/" + w.Village.String() + "/objection?code=AAAA-AAAA").Want(404)
	if status, _ := w.post(t, w.at("/object"), url.Values{"claim": {claim[1]}, "text": {strings.Repeat("a", 20_000)}}); status != 422 {
		t.Errorf("a huge form: %d", status)
	}
	w.Clock.SetDay(w.notice.ToDay.Add(1))
	if status, body := w.post(t, w.at("/object?lang=zh"), url.Values{"claim": {claim[1]}, "text": {"晚了"}}); status != 409 || !strings.Contains(body, "不能再提异议") {
		t.Errorf("after the window: %d", status)
	}
}

func (w *published) post(t *testing.T, path string, form url.Values) (int, string) {
	t.Helper()
	response, err := http.PostForm(w.URL+path, form)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, string(body)
}

// TestWhatIsNotThere answers with a page that leads on.
func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := publish(t, 1)
	anybody := w.Stranger()
	for path, code := range map[string]int{
		"/p/520524999999?lang=zh": 404, "/p/x": 404, "/p/": 404, "/print/": 404, "/print/card/": 404,
		"/p/" + w.Village.String() + "/notice/none": 404, "/p/" + w.Village.String() + "/notice/0000000000001": 404,
		"/p/" + w.Nearby.String() + "/notice/" + w.notice.ID.String(): 404, "/p/" + w.Village.String() + "/notice/" + strings.Repeat("9", 400): 404,
		"/print/slip/" + w.Village.String() + "/0000000000001": 401, "/print/card/none": 401,
	} {
		a := anybody.Get(path)
		if a.Status != code && !(strings.HasPrefix(path, "/print/card/") && a.Status >= 400 && a.Status < 500) || !strings.Contains(string(a.Body), "<h1>") {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	w.Clock.SetDay(w.notice.ToDay.Add(claims.DownAfterDays + 1))
	holds(t, anybody.Get(w.at("?lang=zh")).Want(404), []string{"按规定撤下了", "回到本村首页"}, "王")
}

// TestSlipAndCard print what belongs on them, for those who may.
func TestSlipAndCard(t *testing.T) {
	t.Parallel()
	w := publish(t, 2)
	ctx := context.Background()
	w.Clock.SetDay(w.notice.ToDay.Add(1))
	_, err := w.Services.Claims.Close(ctx, w.Actor(core.RoleSecretary), w.Village, 202609)
	must(t, err)
	county, secretary, keeper := w.Actor(core.RoleCounty), w.Actor(core.RoleSecretary), w.Actor(core.RoleKeeper)
	_, err = w.Services.Market.SaveShop(ctx, secretary, market.ShopInput{Village: w.Village, Name: "前进村积分超市", Rate: 100, State: "open"})
	must(t, err)
	_, err = w.Services.Market.GrantFunds(ctx, county, market.GrantInput{Village: w.Village, Document: "织组〔2026〕1号", Amount: 100_000})
	must(t, err)
	soap, err := w.Services.Market.CreateItem(ctx, keeper, market.ItemInput{Village: w.Village, Name: "肥皂", Unit: "块", Price: 1})
	must(t, err)
	_, err = w.Services.Market.Receive(ctx, keeper, market.ReceiveInput{Village: w.Village, Item: soap.ID, Qty: 10, Cost: 1000})
	must(t, err)
	paid, err := w.Services.Market.Redeem(ctx, keeper, market.RedeemInput{Village: w.Village, Household: w.homes[1], Points: 2,
		Items: []market.CartLine{{Item: soap.ID, Qty: 2, Price: 1}}})
	must(t, err)

	slip := fmt.Sprintf("/print/slip/%s/%s", w.Village, paid.ID)
	at := w.As(core.RoleKeeper)
	holds(t, at.Get(slip+"?lang=zh").Want(200), []string{"肥皂 ×2 块", "前进村积分超市", fmt.Sprint(">", paid.No, "<"), "李*", "80mm", "签字"}, "李芬", "已作废")
	holds(t, at.Get(slip+"?lang=en&size=a5").Want(200), []string{"size:A5", "Voucher"})
	w.Stranger().Get(slip).Want(401)
	w.AsIn(core.RoleKeeper, w.Nearby).Get(slip).Want(403)
	at.Get("/print/slip/" + w.Village.String() + "/0000000000001").Want(404)

	_, err = w.Services.Market.Void(ctx, secretary, market.VoidInput{Village: w.Village, ID: paid.ID, Reason: "拿错了"})
	must(t, err)
	holds(t, at.Get(slip+"?lang=zh").Want(200), []string{"已作废", "拿错了"})

	card := w.Card(w.homes[0])
	holds(t, w.Stranger().Get("/print/card/"+card.Token+"?lang=zh").Want(200), []string{"王建国 户", "如遗失请到村委会挂失", "没有手机也能用", "<svg"})
	if w.Logged(card.Token) {
		t.Error("the card's token stands in the log")
	}
}
