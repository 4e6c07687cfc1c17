package offline_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/market"
	"qunyan/internal/offline"
	"qunyan/internal/store"
)

func TestAnAllowanceOfSixHundredHouseholdsIsSmallAndGivesNoCardAway(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	homes := s.households(600, 40, "欧阳建国")
	cards := must(s.cards.IssueCards(ctx, s.clerk, s.village, homes))(t)
	for i := range 60 {
		must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: "洗衣液大瓶装" + string(rune('一'+i)), Unit: "瓶", Price: 25}))(t)
	}
	p := s.phone(s.keeper, "店里的手机")
	wire := must(json.Marshal(map[string]any{"id": p.allowance.ID, "text": p.allowance.Text, "signature": p.allowance.Signature}))(t)
	const most = 60_000
	if len(wire) > most {
		t.Errorf("%d bytes, at most %d", len(wire), most)
	}
	t.Logf("600 households, 62 kinds of goods: %d bytes", len(wire))

	rows := p.rows()
	if len(rows) != len(homes) {
		t.Fatalf("%d rows", len(rows))
	}
	var top struct{ Salt string }
	if err := json.Unmarshal([]byte(strings.Split(p.allowance.Text, "\n")[1]), &top); err != nil {
		t.Fatal(err)
	}
	salt := must(base64.RawURLEncoding.DecodeString(top.Salt))(t)
	for i, card := range cards {
		row := rows[homes[i].String()]
		token := sha256.Sum256([]byte(card.Token))
		mac := hmac.New(sha256.New, salt)
		mac.Write(token[:])
		if want := base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:6]); row[7] != want || row[6] != card.ID.String() {
			t.Fatalf("row %v: the till would not know card %s", row, card.ID)
		}
		if strings.Contains(p.allowance.Text, card.Token) || strings.Contains(p.allowance.Text, card.Code) {
			t.Fatal("the list has a card's token or code in it")
		}
		// Two tills: each may spend half of the village's half.
		if row[4] != "10" || row[5] != "40" {
			t.Fatalf("row %v: limit and free", row)
		}
	}
}

func TestWhatWasHandedOutOfflineIsBookedOnce(t *testing.T) {
	s := setUp(t)
	home := s.households(1, 40, "王建国")[0]
	p := s.phone(s.keeper, "店里的手机")
	key := newKey()
	env := p.seal(key, p.wish(home, s.soap, 2))
	first := p.send(env)[0]
	if first.Result != offline.Done || first.No == 0 {
		t.Fatalf("%+v", first)
	}
	again := p.send(env)[0]
	imported := must(s.offline.Import(context.Background(), s.clerk, s.village, p.id, []offline.Envelope{env}))(t).Answers[0]
	if again.Result != offline.Already || again.No != first.No || imported.Result != offline.Already || imported.Redemption != first.Redemption {
		t.Errorf("again %+v, imported %+v", again, imported)
	}
	r := must(s.market.Redemption(context.Background(), s.keeper, s.village, first.Redemption))(t)
	if r.By != s.keeper.ID || r.Points != 10 || s.spendable(home) != 30 || s.item(s.soap.ID).Qty != 598 {
		t.Errorf("slip %+v, %d points left, %d pieces", r, s.spendable(home), s.item(s.soap.ID).Qty)
	}
	var memo string
	s.exec(func(ctx context.Context, tx *store.Tx) error {
		return tx.Row(ctx, `SELECT memo_zh FROM line WHERE village = $1 AND no = $2`, s.village, first.No).Scan(&memo)
	})
	if memo != "" && !strings.Contains(memo, offline.Code(key)) {
		t.Errorf("the passbook's line says %q, without the slip's code", memo)
	}

	other := p.send(p.seal(key, p.wish(home, s.soap, 1)))[0]
	if other.Result != offline.Review || other.Reason.Code != "offline.key_reused" || s.spendable(home) != 30 {
		t.Errorf("another body under the key: %+v", other)
	}
	if twice := p.send(p.seal(key, p.wish(home, s.soap, 1)))[0]; twice.Result != offline.Already || twice.ID != other.ID {
		t.Errorf("the same other body again: %+v", twice)
	}
	s.check()
}

func TestWhatDoesNotFitWaitsAndTheRestGoesOn(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	homes := s.households(8, 40, "王建国")
	cards := must(s.cards.IssueCards(ctx, s.clerk, s.village, homes[:2]))(t)
	keeper := s.keeper
	keeper.Village, keeper.Household = s.village, homes[7]
	p, other := s.phone(keeper, "店里的手机"), s.phone(s.keeper2, "仓库的手机")
	if row := p.rows()[homes[7].String()]; row[4] != "0" {
		t.Errorf("the keeper's own household may spend %s", row[4])
	}

	revoked := p.wish(homes[0], s.soap, 1)
	revoked.C = cards[0].ID
	must(s.cards.RevokeCard(ctx, s.clerk, s.village, cards[0].ID, "丢了"))(t)
	p.sendOne(revoked, offline.Review, "access.card_revoked")
	wrongCard := p.wish(homes[2], s.soap, 1)
	wrongCard.C = cards[1].ID
	p.sendOne(wrongCard, offline.Review, "market.other_card")
	good := p.wish(homes[1], s.soap, 1)
	good.C = cards[1].ID
	p.sendOne(good, offline.Done, "")

	spent := p.wish(homes[3], s.soap, 2)
	must(s.market.Redeem(ctx, s.keeper2, market.RedeemInput{Village: s.village, Household: homes[3], Points: 35, Items: []market.CartLine{{Item: s.soap.ID, Qty: 7, Price: 5}}}))(t)
	p.sendOne(spent, offline.Review, "ledger.insufficient")
	p.sendOne(p.wish(homes[4], s.soap, 3), offline.Review, "offline.over_limit")
	foreign := p.wish(homes[4], s.soap, 1)
	foreign.A = other.allowance.ID
	p.sendOne(foreign, offline.Review, "offline.foreign_allowance")
	clock := p.wish(homes[4], s.soap, 1)
	clock.M += 25 * 3_600_000
	p.sendOne(clock, offline.Review, "offline.clock")
	p.sendOne(p.wish(homes[7], s.soap, 1), offline.Review, "offline.over_limit")
	p.sendOne(p.wish(987, s.soap, 1), offline.Review, "offline.over_limit")

	edited := p.wish(homes[5], s.soap, 1)
	edited.P, edited.L[0].P = 1, 1
	p.sendOne(edited, offline.Review, "market.price_changed")
	empty := p.wish(homes[5], s.soap, 1)
	empty.L, empty.P = nil, 0
	p.sendOne(empty, offline.Review, "market.empty_cart")

	late := p.wish(homes[5], s.soap, 1)
	s.clock.Advance(8 * 86_400_000)
	p.sendOne(late, offline.Done, "") // made in time, sent late
	tooLate := p.wish(homes[5], s.soap, 1)
	p.sendOne(tooLate, offline.Review, "offline.allowance_expired")

	cases, _, err := s.offline.Cases(ctx, s.clerk, s.village, "review", core.Page{Limit: 50})
	if err != nil || len(cases) != 11 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	tills := must(s.offline.Tills(ctx, s.clerk, s.village))(t)
	if len(tills) != 2 || tills[1].Waiting != 11 || tills[1].UntilMs != 0 {
		t.Errorf("tills %+v", tills)
	}
	s.check()
}

func TestForgedAndMovedEnvelopesAreRefused(t *testing.T) {
	s := setUp(t)
	home := s.households(1, 40, "王建国")[0]
	p, other := s.phone(s.keeper, "一号"), s.phone(s.keeper2, "二号")
	env := p.seal(newKey(), p.wish(home, s.soap, 1))
	changed := env
	changed.Sealed = append([]byte{}, env.Sealed...)
	changed.Sealed[20] ^= 1
	moved := env
	moved.Key = newKey()
	for name, answers := range map[string][]offline.Answer{
		"a changed byte":        p.send(changed),
		"under another key":     p.send(moved),
		"through another till":  other.send(env),
		"rubbish":               p.send(offline.Envelope{Key: newKey(), Sealed: []byte("rubbish that is long enough")}),
		"nothing":               p.send(offline.Envelope{}),
		"a key that is no UUID": p.send(p.seal("x", p.wish(home, s.soap, 1))),
		"more than eight KB":    p.send(offline.Envelope{Key: newKey(), Sealed: make([]byte, 9000)}),
	} {
		if answers[0].Result != offline.Unreadable || answers[0].Reason.Code != "offline.unreadable" {
			t.Errorf("%s: %+v", name, answers[0])
		}
	}
	if s.spendable(home) != 40 {
		t.Error("something was booked")
	}
	_, err := s.offline.Sync(context.Background(), s.keeper, s.village, p.id, make([]offline.Envelope, offline.MaxBatch+1))
	wantCode(t, err, "offline.batch_too_large")
	_, err = s.offline.Sync(context.Background(), s.keeper, s.village+1, p.id, nil)
	wantCode(t, err, "access.forbidden")
	_, err = s.offline.Import(context.Background(), s.keeper, s.village, p.id, nil)
	wantCode(t, err, "access.forbidden")
}

func TestTwoTillsNeverHoldMoreThanTheVillageAllows(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	home := s.households(1, 100, "王建国")[0]
	s.rule(offline.Rule{Share: 50, Total: 100, Days: 7, Tills: 1})
	p := s.phone(s.keeper, "一号") // holds all there is
	if row := p.rows()[home.String()]; row[4] != "50" {
		t.Errorf("limit %s", row[4])
	}
	_, err := s.offline.Enrol(ctx, s.keeper2, s.village, "二号")
	wantCode(t, err, "offline.no_till_left")
	s.rule(offline.Rule{Share: 50, Total: 100, Days: 7, Tills: 2})
	e := must(s.offline.Enrol(ctx, s.keeper2, s.village, "二号"))(t)
	_, err = s.offline.Issue(ctx, s.keeper2, s.village, e.ID)
	wantCode(t, err, "offline.no_part_left")
	p.fetch() // the first one's next is half
	two := must(s.offline.Issue(ctx, s.keeper2, s.village, e.ID))(t)
	if row := p.rows()[home.String()]; row[4] != "25" || !strings.Contains(two.Text, "|25|100|") {
		t.Errorf("limit %s and %q", row[4], two.Text)
	}
	p.sendOne(p.wish(home, s.soap, 5), offline.Done, "")
	p.sendOne(p.wish(home, s.soap, 1), offline.Review, "offline.over_limit")
	_, err = s.offline.Issue(ctx, s.keeper, s.village, e.ID)
	wantCode(t, err, "offline.other_keeper")

	rich := s.households(3, 200, "李秀英")
	p.fetch()
	p.sendOne(p.wish(rich[0], s.soap, 9), offline.Done, "")
	p.sendOne(p.wish(rich[1], s.soap, 2), offline.Review, "offline.over_total")
	s.rule(offline.Rule{Days: 7, Tills: 2})
	_, err = s.offline.Issue(ctx, s.keeper, s.village, p.id)
	wantCode(t, err, "offline.off")
	s.check()
}

func TestARevokedTillsQueueWaitsForTheOffice(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	homes := s.households(3, 40, "王建国")
	p := s.phone(s.keeper, "丢了的手机")
	exported := []offline.Envelope{p.seal(newKey(), p.wish(homes[0], s.soap, 2)), p.seal(newKey(), p.wish(homes[1], s.soap, 1)), p.seal(newKey(), p.wish(homes[2], s.soap, 1))}
	wantCode(t, s.offline.Revoke(ctx, s.keeper, s.village, p.id, "丢在车上"), "access.forbidden")
	for range 2 {
		if err := s.offline.Revoke(ctx, s.clerk, s.village, p.id, "丢在车上"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.offline.Issue(ctx, s.keeper, s.village, p.id)
	wantCode(t, err, "offline.till_revoked")
	out := must(s.offline.Import(ctx, s.clerk, s.village, p.id, exported))(t)
	if out.Till != offline.Revoked || out.Answers[0].Result != offline.Review || out.Answers[0].Reason.Code != "offline.till_revoked" {
		t.Fatalf("%+v", out)
	}
	settle := func(by core.Actor, i int, way string) (offline.Case, error) {
		return s.offline.Settle(ctx, by, offline.SettleInput{Village: s.village, ID: out.Answers[i].ID, Way: way, Note: "问过了本人"})
	}
	taken := must(settle(s.clerk, 0, offline.Accepted))(t)
	if taken.State != offline.Accepted || taken.No == 0 || s.spendable(homes[0]) != 30 {
		t.Errorf("%+v, %d points", taken, s.spendable(homes[0]))
	}
	must(settle(s.clerk, 1, offline.Returned))(t)
	must(settle(s.supervisor, 2, offline.Lost))(t)
	if s.spendable(homes[1]) != 40 || s.spendable(homes[2]) != 40 || s.item(s.soap.ID).Qty != 597 {
		t.Errorf("%d, %d points, %d pieces", s.spendable(homes[1]), s.spendable(homes[2]), s.item(s.soap.ID).Qty)
	}
	_, err = settle(s.secretary, 2, offline.Accepted)
	wantCode(t, err, "offline.settled_before")
	s.check()
}

func TestSettlingTakesAnotherPersonAndTwoFromTheVillagesSumOn(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	s.rule(offline.Rule{Share: 100, Total: 2000, Days: 7, Tills: 2, SecondFrom: 50})
	homes := s.households(2, 120, "王建国")
	p := s.phone(s.keeper, "一号")
	dear, cheap := p.wish(homes[0], s.rice, 1), p.wish(homes[1], s.soap, 2)
	price, version := core.Points(60), s.item(s.rice.ID).Version
	must(s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: s.rice.ID, Version: version, Price: &price}))(t)
	soap, version := core.Points(6), s.item(s.soap.ID).Version
	must(s.market.UpdateItem(ctx, s.clerk, market.ItemEdit{Village: s.village, ID: s.soap.ID, Version: version, Price: &soap}))(t)
	big := p.sendOne(dear, offline.Review, "market.price_changed")
	small := p.sendOne(cheap, offline.Review, "market.price_changed")
	settle := func(by core.Actor, id core.ID, way string) (offline.Case, error) {
		return s.offline.Settle(ctx, by, offline.SettleInput{Village: s.village, ID: id, Way: way, Note: "按小票上的价"})
	}
	asKeeper := s.keeper
	asKeeper.Grants = append(asKeeper.Grants, core.Grant{Role: core.RoleClerk, Area: s.village})
	_, err := settle(asKeeper, small.ID, offline.Accepted)
	wantCode(t, err, "offline.own_case")
	_, err = settle(s.keeper2, small.ID, offline.Accepted)
	wantCode(t, err, "access.forbidden")
	relative := s.clerk
	relative.Village, relative.Household = s.village, homes[1]
	_, err = settle(relative, small.ID, offline.Accepted)
	wantCode(t, err, "market.own_household")
	_, err = settle(s.clerk, small.ID, "lost and found")
	wantCode(t, err, "offline.bad_way")

	done := must(settle(s.clerk, small.ID, offline.Accepted))(t)
	slip := must(s.market.Redemption(ctx, s.clerk, s.village, done.Redemption))(t)
	if slip.Points != 10 || slip.Items[0].Price != 5 || s.spendable(homes[1]) != 110 {
		t.Errorf("slip %+v, %d points left", slip, s.spendable(homes[1]))
	}
	first := must(settle(s.clerk, big.ID, offline.Accepted))(t)
	if first.State != "review" || first.Wish != offline.Accepted || !first.NeedsTwo || s.spendable(homes[0]) != 120 {
		t.Errorf("after the first of two: %+v", first)
	}
	_, err = settle(s.clerk, big.ID, offline.Accepted)
	wantCode(t, err, "offline.second_person")
	if changed := must(settle(s.supervisor, big.ID, offline.Lost))(t); changed.State != "review" || changed.WishName != "孙监督" {
		t.Errorf("another opinion: %+v", changed)
	}
	if last := must(settle(s.clerk, big.ID, offline.Lost))(t); last.State != offline.Lost || s.spendable(homes[0]) != 120 || s.item(s.rice.ID).Qty != 19 {
		t.Errorf("after the second: %+v", last)
	}
	s.check()
}

func TestTheSameQueueFromTwoPlacesAtOnce(t *testing.T) {
	s := setUp(t)
	homes := s.households(10, 40, "王建国")
	p := s.phone(s.keeper, "一号")
	batch := make([]offline.Envelope, len(homes))
	for i, home := range homes {
		batch[i] = p.seal(newKey(), p.wish(home, s.soap, 2))
	}
	outs := make([]offline.Synced, 4)
	fails := make([]error, len(outs))
	var ways sync.WaitGroup
	for i := range outs {
		ways.Go(func() {
			if i%2 == 0 {
				outs[i], fails[i] = s.offline.Sync(context.Background(), s.keeper, s.village, p.id, batch)
			} else {
				outs[i], fails[i] = s.offline.Import(context.Background(), s.clerk, s.village, p.id, batch)
			}
		})
	}
	ways.Wait()
	done := 0
	for i, out := range outs {
		if fails[i] != nil {
			t.Fatal(fails[i])
		}
		for _, a := range out.Answers {
			if a.Result == offline.Done {
				done++
			} else if a.Result != offline.Already {
				t.Errorf("%+v %v", a, a.Reason)
			}
		}
	}
	if done != len(homes) || s.item(s.soap.ID).Qty != 580 || s.spendable(homes[3]) != 30 {
		t.Errorf("%d booked, %d pieces left", done, s.item(s.soap.ID).Qty)
	}
	s.check()
}

func TestFiveHundredWaitingRedemptionsComeThrough(t *testing.T) {
	s := setUp(t)
	s.rule(offline.Rule{Share: 100, Total: 100_000, Days: 7, Tills: 1})
	homes := s.households(250, 40, "王建国")
	p := s.phone(s.keeper, "一号")
	batch := make([]offline.Envelope, 500)
	for i := range batch {
		batch[i] = p.seal(newKey(), p.wish(homes[i%len(homes)], s.soap, 1))
	}
	for _, a := range p.send(batch...) {
		if a.Result != offline.Done {
			t.Fatalf("%+v %v", a, a.Reason)
		}
	}
	if left := s.item(s.soap.ID).Qty; left != 100 {
		t.Errorf("%d pieces left", left)
	}
	s.check()
}

// TestAnAllowanceHoldsForWhatComesAtOnce: redemptions of one till that arrive side by side together stay within what the
// household may spend.
func TestAnAllowanceHoldsForWhatComesAtOnce(t *testing.T) {
	s := setUp(t)
	s.rule(offline.Rule{Share: 50, Total: 2000, Days: 7, Tills: 1})
	home := s.households(1, 100, "王建国")[0]
	p := s.phone(s.keeper, "店里的手机")
	results := make([]offline.Answer, 12)
	var all sync.WaitGroup
	for i := range results {
		env := p.seal(newKey(), p.wish(home, s.soap, 2))
		all.Go(func() {
			out, err := s.offline.Sync(context.Background(), s.keeper, s.village, p.id, []offline.Envelope{env})
			if err != nil {
				t.Error(err)
				return
			}
			results[i] = out.Answers[0]
		})
	}
	all.Wait()
	done := 0
	for _, a := range results {
		if a.Result == offline.Done {
			done++
		} else if a.Result != offline.Review || a.Reason.Code != "offline.over_limit" {
			t.Errorf("%+v", a)
		}
	}
	if done != 5 || s.spendable(home) != 50 {
		t.Errorf("%d booked, %d points left", done, s.spendable(home))
	}
	s.check()
}

// TestGoodsForAFewAreNotHandedOutOffline: a till does not know who stands on a fund's list.
func TestGoodsForAFewAreNotHandedOutOffline(t *testing.T) {
	s := setUp(t)
	ctx := context.Background()
	home := s.households(1, 100, "王建国")[0]
	fund := func(name string, listed bool, homes ...core.ID) core.ID {
		return must(s.market.SaveFund(ctx, s.clerk, market.FundInput{Village: s.village, Name: name, Purpose: "救助", Listed: listed,
			State: market.FundOpen, Households: homes}))(t).ID
	}
	for name, of := range map[string]core.ID{"救助米": fund("定向", true, home), "大家的油": fund("敬老", false)} {
		must(s.market.CreateItem(ctx, s.clerk, market.ItemInput{Village: s.village, Name: name, Unit: "袋", Price: 5, Fund: of}))(t)
	}
	p := s.phone(s.keeper, "店里的手机")
	if text := p.allowance.Text; strings.Contains(text, "救助米") || !strings.Contains(text, "大家的油") {
		t.Errorf("the till's goods: %s", text)
	}
}
