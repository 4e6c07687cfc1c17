package branch_test

import (
	"context"
	"testing"

	"qunyan/internal/branch"
	"qunyan/internal/claims/claimstest"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/ledger"
	"qunyan/internal/rulebook"
)

const year = 2026

// party is a village whose branch has members.
type party struct {
	*claimstest.Place
	svc     *branch.Service
	homes   *directory.Service
	Members []branch.Member
}

func open(t testing.TB, names ...string) *party {
	p := &party{Place: claimstest.New(t, 0)}
	p.svc = branch.New(p.Store, p.Clock, p.IDs)
	p.homes = directory.New(p.Store, p.Clock, p.IDs, nil, nil)
	for _, name := range names {
		p.Members = append(p.Members, p.join(p.resident(name, true), branch.Ordinary))
	}
	return p
}

// resident makes a household of the person's own and gives the person.
func (p *party) resident(name string, member bool) directory.Resident {
	p.T.Helper()
	ctx := context.Background()
	h, err := p.homes.Create(ctx, p.Clerk, directory.CreateInput{Village: p.Village, Head: name + "家",
		Residents: []directory.ResidentInput{{Name: name, Party: member}}})
	p.Wants(err, "")
	all, err := p.homes.Residents(ctx, p.Clerk, p.Village, h.ID)
	p.Wants(err, "")
	return all[1]
}

func (p *party) join(r directory.Resident, class branch.Class) branch.Member {
	p.T.Helper()
	m, err := p.svc.AddMember(context.Background(), p.Clerk, p.Village, branch.AddInput{Resident: r.ID, Class: class, Day: 20200701})
	p.Wants(err, "")
	return m
}

func content() branch.Content {
	return branch.Content{Name: "前进村党支部", Bases: branch.Bases{Ordinary: 60, Elderly: 70, Floating: 50}, AnswerDays: 7,
		Items: []branch.Item{{Code: "A1", TextZh: "参加主题党日", Points: 5, Most: 12}, {Code: "A2", TextZh: "带头打扫责任区", Points: 3},
			{Code: "M1", TextZh: "无故不参加组织生活，经提醒不改", Points: -10}},
		Grades: []branch.Grade{{TextZh: "优秀", From: 90}, {TextZh: "合格", From: 60}, {TextZh: "不合格", From: branch.Unbounded}}}
}

func votes(day core.Day, due int64) rulebook.Vote {
	return rulebook.Vote{Day: day, Due: due, Present: due, InFavour: due, MinutesNo: "支〔2026〕1号"}
}

// adopt puts the scheme of the year into force on a day of it.
func (p *party) adopt(day core.Day) {
	p.T.Helper()
	ctx := context.Background()
	p.Clock.SetDay(day)
	draft, err := p.svc.PutDraft(ctx, p.Clerk, p.Village, int64(day)/10000, 0, content())
	p.Wants(err, "")
	_, err = p.svc.Adopt(ctx, p.Secretary, p.Village, draft.Year, draft.Version, votes(day, int64(len(p.Members))))
	p.Wants(err, "")
}

// propose has the clerk propose; the day is today.
func (p *party) propose(m branch.Member, item string, times int64) branch.Entry {
	p.T.Helper()
	today := core.DayOf(p.Clock.Now())
	in := branch.ProposeInput{Year: int64(today) / 10000, Member: m.ID, Item: item, Times: times, Day: today}
	if item[0] == 'M' {
		in.Note, in.Told = "三次未到，提醒单已送达", today
	}
	e, err := p.svc.Propose(context.Background(), p.Clerk, p.Village, in)
	p.Wants(err, "")
	return e
}

func (p *party) decide(e branch.Entry, code string) branch.Entry {
	p.T.Helper()
	e, err := p.svc.Decide(context.Background(), p.Secretary, p.Village, branch.Decision{ID: e.ID, Post: true})
	p.Wants(err, code)
	return e
}

func (p *party) answer(e branch.Entry) {
	p.T.Helper()
	_, err := p.svc.Answer(context.Background(), p.Clerk, p.Village, branch.AnswerInput{ID: e.ID, Text: "没有意见", Day: core.DayOf(p.Clock.Now())})
	p.Wants(err, "")
}

func (p *party) list(q int64) branch.List {
	p.T.Helper()
	l, err := p.svc.List(context.Background(), p.Secretary, p.Village, year, q)
	p.Wants(err, "")
	return l
}

// verify wants the village's book without a fault.
func (p *party) verify() {
	p.T.Helper()
	report, err := ledger.VerifyVillage(context.Background(), p.Store, p.Village, nil)
	p.Wants(err, "")
	if report.Fault != nil {
		p.T.Fatal(report.Fault)
	}
}
