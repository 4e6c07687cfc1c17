package rawloop

import (
	"context"

	"qunyan/internal/core"
)

// Book is a village's book that is loaded without a posting, right in every sum.
type Book struct {
	Village    core.Area
	Households []core.ID
	Lines      int
	NowMs      int64
}

// Books loads books whose lines give the households a point each in turn: what ten million lines are made of in
// minutes. The lines of the villages lie among each other as they do in life, a few of one and then of the next.
func (l *Loop) Books(ctx context.Context, books []Book) error {
	var at []put
	for _, b := range books {
		at = append(at, b.head()...)
	}
	if err := l.groups(ctx, len(at), bulkGroup, func(i int) error { return l.engine.put(ctx, at[i].text, at[i].args...) }); err != nil {
		return err
	}
	const run = 50 // lines of one village before the next has its turn
	most := 0
	for _, b := range books {
		most = max(most, b.Lines)
	}
	for from := 0; from < most; from += run {
		err := l.groups(ctx, len(books), max(bulkGroup/run, 1), func(i int) error { return l.lines(ctx, books[i], from, min(from+run, books[i].Lines)) })
		if err != nil {
			return err
		}
	}
	return nil
}

const bulkGroup = 10_000

// head is everything of a book but its lines.
func (b Book) head() []put {
	n, homes := int64(b.Lines), len(b.Households)
	all := []put{
		{sqlTake, []any{b.Village, n, b.NowMs}},
		{sqlMove, []any{b.Village, 11, 0, -n, n}},
		{sqlTally, []any{b.Village, core.MonthOf(b.NowMs), "earned", "council", n, n}},
		{sqlMemo, []any{b.Village, "按时参加群众会并坚持到会议结束", "Came to the villagers' meeting on time and stayed"}},
	}
	for i, h := range b.Households {
		given := int64((b.Lines + homes - 1 - i) / homes)
		all = append(all, put{sqlHousehold, []any{b.Village, h, i + 1}})
		if given > 0 {
			all = append(all, put{sqlMove, []any{b.Village, 2, h, given, given}})
		}
	}
	return all
}

func (l *Loop) lines(ctx context.Context, b Book, from, to int) error {
	for i := from; i < to; i++ {
		no := int64(i + 1)
		after := int64(i/len(b.Households) + 1)
		r := []any{b.Village, no, no, core.DayOf(b.NowMs), b.NowMs, 2, "council", 11, 2, b.Households[i%len(b.Households)], 1, -no, after,
			l.ids.Next(), 0, "", "", 1, 1}
		if err := l.engine.put(ctx, sqlLine, r...); err != nil {
			return err
		}
	}
	return nil
}

// Month is a village's month whose claims have passed their notice and wait for the close.
type Month struct {
	Village    core.Area
	Households []core.ID
	Rules      []string // codes, each with as many claims as there are households
	Day        core.Day // of the deeds, and of the notice
	NowMs      int64
}

// Claims loads months up to the morning of their close.
func (l *Loop) Claims(ctx context.Context, months []Month) error {
	return l.groups(ctx, len(months), 5, func(i int) error {
		m := months[i]
		n := int64(len(m.Households) * len(m.Rules))
		all := []put{
			{sqlNotice, []any{m.Village, m.Day.Month(), m.Day, n, 2 * n}},
			{sqlTally, []any{m.Village, m.Day.Month(), "claim", "noticed", n, 2 * n}},
		}
		for _, rule := range m.Rules {
			for _, h := range m.Households {
				all = append(all, put{sqlClaim, []any{m.Village, l.ids.Next(), h, rule, m.Day, m.Day.Month()}})
			}
		}
		return l.all(ctx, all)
	})
}
