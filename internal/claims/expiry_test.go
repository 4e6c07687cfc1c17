package claims_test

import (
	"context"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

func (p *place) vote(months int64, from core.Day) error {
	today := core.DayOf(p.clock.Now())
	_, err := p.claims.VoteExpiry(context.Background(), p.secretary, p.village, months, from,
		rulebook.Meetings{Vote: rulebook.Vote{Kind: rulebook.Representatives, Day: today, Due: 30, Present: 25, InFavour: 20, MinutesNo: "〔2026〕9号"}})
	return err
}

// TestExpiryIsVotedLikeRules holds the vote to every meeting of the law with its own quorum, and to the Party members'
// meeting where the county wants it.
func TestExpiryIsVotedLikeRules(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 1)
	ctx := context.Background()
	today := core.DayOf(p.clock.Now())
	vote := func(months int64, m rulebook.Meetings) error {
		_, err := p.claims.VoteExpiry(ctx, p.secretary, p.village, months, 20261001, m)
		return err
	}
	held := func(kind rulebook.Meeting, due, present, favour int64) rulebook.Vote {
		return rulebook.Vote{Kind: kind, Day: today, Due: due, Present: present, InFavour: favour, MinutesNo: " 〔2026〕  9号 "}
	}
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.Representatives, 30, 19, 19)}), "rulebook.vote_present")
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.Households, 300, 200, 100)}), "rulebook.vote_favour")
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.Assembly, 800, 400, 400)}), "rulebook.vote_present_half")
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.Assembly, 30, 31, 20)}), "rulebook.vote_numbers")
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.PartyMembers, 30, 30, 30)}), "rulebook.vote_kind")
	p.wants(vote(24, rulebook.Meetings{}), "rulebook.vote_kind")
	p.wants(vote(24, rulebook.Meetings{Vote: held(rulebook.Assembly, 800, 401, 201)}), "")
	p.wants(vote(36, rulebook.Meetings{Vote: held(rulebook.Households, 300, 200, 101), Party: held(rulebook.PartyMembers, 20, 14, 10)}), "rulebook.vote_favour_due")
	p.wants(vote(36, rulebook.Meetings{Vote: held(rulebook.Households, 300, 200, 101), Party: held(rulebook.PartyMembers, 20, 14, 11)}), "")
	_, newest, err := p.claims.ExpiryOf(ctx, p.village)
	if err != nil || newest.Months != 36 || newest.Vote.Kind != rulebook.Households || newest.Vote.MinutesNo != "〔2026〕 9号" || newest.Party.InFavour != 11 {
		t.Errorf("on record: %+v, %v", newest, err)
	}
	wanted := rulebook.Widest()
	wanted.PartyMeeting = true
	alone := rulebook.Meetings{Vote: held(rulebook.Representatives, 30, 20, 11)}
	_, err = rulebook.CheckVote(alone, wanted, 20261001, today)
	p.wants(err, "rulebook.party_needed")
}

// TestPointsExpireOnlyAsVoted plays a village from its vote to the close that lets points expire: never before two years
// after the vote, told three months ahead, what is on hold left alone, and taken back like any line.
func TestPointsExpireOnlyAsVoted(t *testing.T) {
	t.Parallel()
	p := newPlace(t, 3)
	ctx := context.Background()
	p.wants(p.vote(12, 20261001), "claims.expiry_months")
	p.wants(p.vote(0, 20261001), "claims.expiry_same")
	p.wants(p.vote(24, 20260901), "rulebook.from_day")
	n, _ := p.onNotice(3)
	p.clock.SetDay(n.ToDay.Add(1))
	p.wants(p.vote(24, 20261001), "")
	p.close(202609) // 10 points each, in September 2026: counted as earned in October
	at := func() ledger.Stamp { return ledger.Stamp{Village: p.village, NowMs: p.clock.Now()} }
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		_, _, err := ledger.Post(ctx, tx, at(), ledger.Entry{Kind: ledger.Redeemed, Owner: p.homes[1], Amount: 4, MemoZh: "肥皂"})
		return err
	})
	for month := core.Month(202610); month < 202809; month = month.Next() {
		p.clock.SetDay(month.Next().First())
		p.close(month)
	}
	if p.spendable(0) != 10 {
		t.Fatal("points expired before their time")
	}
	p.clock.SetDay(20280801)
	all, households, err := p.claims.Warnings(ctx, p.village, 0)
	if err != nil || len(all) != 1 || all[0] != (claims.Expiring{Month: 202810, Points: 26}) || households != 3 {
		t.Fatalf("three months ahead: %+v of %d, %v", all, households, err)
	}
	p.clock.SetDay(20281001)
	p.close(202809)
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		return ledger.PlaceHold(ctx, tx, at(), ledger.Hold{ID: p.ids.Next(), Owner: p.homes[2], Points: 7, ExpiresMs: p.clock.Now() + 90*24*3600*1000})
	})
	p.clock.SetDay(20281101)
	p.close(202810)
	if a, b, c := p.spendable(0), p.spendable(1), p.spendable(2); a != 0 || b != 0 || c != 7 {
		t.Fatalf("left %d, %d and %d", a, b, c)
	}
	cert, err := p.claims.CertificateOf(ctx, p.auditor, p.village, 202810)
	if err != nil || cert.Expired.Points != 19 || cert.Expired.Households != 3 {
		t.Fatalf("the certificate says %+v, %v", cert.Expired, err)
	}
	book := ledger.New(p.st, p.clock, p.ids, nil)
	if _, err := book.ReverseLine(ctx, p.secretary, ledger.ReverseInput{Village: p.village, No: cert.Expired.FirstNo, Reason: "外出务工，延期"}); err != nil {
		t.Fatal(err)
	}
	p.clock.SetDay(20281201)
	p.close(202811)
	if p.spendable(0) != 10 {
		t.Error("points that were given back expired again at once")
	}
	if r, err := ledger.VerifyVillage(ctx, p.st, p.village, nil); err != nil || r.Fault != nil {
		t.Errorf("%v, %v", r.Fault, err)
	}
	p.balanced()
}
