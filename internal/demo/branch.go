package demo

import (
	"context"

	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/rulebook"
)

// branchVillage is the village of the newspaper's page whose Party members manage themselves by points (domain.md §1).
const branchVillage = "以那镇大寨村"

type branchMember struct {
	name  string
	class branch.Class
}

// branchMembers are made up.
func branchMembers() []branchMember {
	return []branchMember{{"龙建国", branch.Ordinary}, {"熊正芬", branch.Ordinary}, {"罗开明", branch.Ordinary}, {"安永贵", branch.Elderly}, {"王志远", branch.Floating},
		{"李晓燕", branch.Probationary}, {"张德富", branch.Ordinary}}
}

// playBranch gives that village a branch, its members and a part of a year, at the end of history: in a scale that has the
// village not among its shops, nothing.
func (d *Demo) playBranch(ctx context.Context) error {
	for _, v := range d.shops {
		if v.township+v.name == branchVillage {
			return d.playBranchOf(ctx, v)
		}
	}
	return nil
}

func (d *Demo) playBranchOf(ctx context.Context, v *village) error {
	today := core.DayOf(d.clock.Now())
	members, err := d.branchMembers(ctx, v, today)
	if err != nil {
		return err
	}
	scheme, err := d.p.Branch.Scheme(ctx, v.clerk, v.code, int64(today)/10000)
	if err != nil {
		return err
	}
	draft := scheme.Content
	draft.Bases = branch.Bases{Ordinary: 60, Elderly: 70, Floating: 60, Probationary: 50}
	draft.Grades[0].From, draft.Grades[1].From = 80, 60
	if scheme, err = d.p.Branch.PutDraft(ctx, v.clerk, v.code, scheme.Year, 0, draft); err != nil {
		return err
	}
	due := int64(len(members))
	vote := rulebook.Vote{Day: today.Add(-30), Due: due, Present: due - 1, InFavour: due - 1, MinutesNo: "支〔1〕号"}
	scheme, err = d.p.Branch.Adopt(ctx, v.secretary, v.code, scheme.Year, scheme.Version, vote)
	if err != nil {
		return err
	}
	return d.branchEntries(ctx, v, members, scheme.FromDay, today)
}

func (d *Demo) branchMembers(ctx context.Context, v *village, today core.Day) (all []branch.Member, err error) {
	for _, one := range branchMembers() {
		made, err := d.p.Directory.Create(ctx, v.clerk, directory.CreateInput{Village: v.code, Residents: []directory.ResidentInput{
			{Name: one.name, Relation: directory.Head, Party: true}}})
		if err != nil {
			return nil, err
		}
		people, err := d.p.Directory.Residents(ctx, v.clerk, v.code, made.ID)
		if err != nil {
			return nil, err
		}
		m, err := d.p.Branch.AddMember(ctx, v.clerk, v.code, branch.AddInput{Resident: people[0].ID, Class: one.class, Day: today.Add(-1000)})
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// branchEntries are additions that were posted, a deduction that was answered, and an addition that waits.
func (d *Demo) branchEntries(ctx context.Context, v *village, members []branch.Member, first, today core.Day) error {
	year := int64(first) / 10000
	for i, m := range members {
		for _, item := range []struct {
			code  string
			times int64
		}{{"A31", 1 + int64(i%3)}, {"C31", int64(i % 4)}, {"D31", int64((i + 1) % 2)}} {
			if item.times == 0 {
				continue
			}
			in := branch.ProposeInput{Year: year, Member: m.ID, Item: item.code, Times: item.times, Day: max(first, today.Add(-i)), Note: "见签到表、台账"}
			if err := d.branchEntry(ctx, v, in, ""); err != nil {
				return err
			}
		}
	}
	in := branch.ProposeInput{Year: year, Member: members[2].ID, Item: "M31", Times: 1, Day: today, Note: "两次未到，书面提醒后仍未到", Told: today}
	if err := d.branchEntry(ctx, v, in, "外出务工没有请假，接受"); err != nil {
		return err
	}
	in = branch.ProposeInput{Year: year, Member: members[5].ID, Item: "A33", Times: 1, Day: today, Note: "讲党课一次，会议记录第 6 号"}
	_, err := d.p.Branch.Propose(ctx, v.clerk, v.code, in)
	return err
}

func (d *Demo) branchEntry(ctx context.Context, v *village, in branch.ProposeInput, answer string) error {
	e, err := d.p.Branch.Propose(ctx, v.clerk, v.code, in)
	if err != nil {
		return err
	}
	if answer != "" {
		if _, err := d.p.Branch.Answer(ctx, v.clerk, v.code, branch.AnswerInput{ID: e.ID, Text: answer, Day: in.Told}); err != nil {
			return err
		}
	}
	_, err = d.p.Branch.Decide(ctx, v.secretary, v.code, branch.Decision{ID: e.ID, Post: true})
	return err
}
