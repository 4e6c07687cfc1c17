package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/branch"
	"qunyan/internal/core"
	"qunyan/internal/rulebook"
)

const branchTag = "Party members' points"

type branchMember struct {
	ID        core.ID      `json:"id"`
	Resident  core.ID      `json:"resident"`
	Name      string       `json:"name"`
	Number    int64        `json:"number" doc:"of the member's household"`
	Class     branch.Class `json:"class" enum:"ordinary,elderly,floating,probationary"`
	JoinedDay core.Day     `json:"joined_day"`
	LeftDay   core.Day     `json:"left_day" doc:"0 while a member of this branch"`
	Version   int64        `json:"version"`
}

func viewMember(m branch.Member) branchMember {
	return branchMember{ID: m.ID, Resident: m.Resident, Name: m.Name, Number: m.Number, Class: m.Class, JoinedDay: m.JoinedDay, LeftDay: m.LeftDay, Version: m.Version}
}

type branchCandidate struct {
	Resident core.ID `json:"resident"`
	Name     string  `json:"name"`
	Number   int64   `json:"number" doc:"of the household"`
	Head     string  `json:"head"`
}

// BranchBases are the points members of each class begin the year with.
type BranchBases struct {
	Ordinary     core.Points `json:"ordinary" minimum:"0" maximum:"1000"`
	Elderly      core.Points `json:"elderly" minimum:"0" maximum:"1000"`
	Floating     core.Points `json:"floating" minimum:"0" maximum:"1000"`
	Probationary core.Points `json:"probationary" minimum:"0" maximum:"1000"`
}

// BranchItem is a line of a scheme.
type BranchItem struct {
	Code   string      `json:"code" maxLength:"8"`
	TextZh string      `json:"text_zh" maxLength:"60"`
	TextEn string      `json:"text_en,omitempty" maxLength:"120"`
	Points core.Points `json:"points" doc:"below zero for a deduction"`
	Most   int64       `json:"most" minimum:"0" maximum:"100" doc:"times a member and year; 0 for no bound"`
}

// BranchGrade is what the meeting may decide of a member.
type BranchGrade struct {
	TextZh string      `json:"text_zh" maxLength:"60"`
	TextEn string      `json:"text_en,omitempty" maxLength:"120"`
	From   core.Points `json:"from" minimum:"-1" doc:"a total from here on suggests the grade to the meeting; -1 where points suggest nothing"`
}

// BranchContent is what a scheme says.
type BranchContent struct {
	Name       string        `json:"name" maxLength:"40" doc:"of the branch"`
	Bases      BranchBases   `json:"bases"`
	Items      []BranchItem  `json:"items" maxItems:"80"`
	Grades     []BranchGrade `json:"grades" maxItems:"6" doc:"the best first"`
	AnswerDays int64         `json:"answer_days" minimum:"1" maximum:"30" doc:"a member has to answer what takes points"`
}

func (b BranchContent) content() branch.Content {
	c := branch.Content{Name: b.Name, Bases: branch.Bases(b.Bases), AnswerDays: b.AnswerDays}
	for _, one := range b.Items {
		c.Items = append(c.Items, branch.Item(one))
	}
	for _, one := range b.Grades {
		c.Grades = append(c.Grades, branch.Grade(one))
	}
	return c
}

func viewContent(c branch.Content) BranchContent {
	b := BranchContent{Name: c.Name, Bases: BranchBases(c.Bases), AnswerDays: c.AnswerDays, Items: make([]BranchItem, len(c.Items)), Grades: make([]BranchGrade, len(c.Grades))}
	for i, one := range c.Items {
		b.Items[i] = BranchItem(one)
	}
	for i, one := range c.Grades {
		b.Grades[i] = BranchGrade(one)
	}
	return b
}

type branchScheme struct {
	BranchContent
	Year      int64        `json:"year"`
	State     branch.State `json:"state" enum:"none,draft,in_force,evaluated" doc:"none: nothing was written down, and what stands here is suggested for a draft"`
	FromDay   core.Day     `json:"from_day" doc:"deeds count from here on; 0 while a draft"`
	VoteDay   core.Day     `json:"vote_day"`
	Due       int64        `json:"due"`
	Present   int64        `json:"present"`
	InFavour  int64        `json:"in_favour"`
	MinutesNo string       `json:"minutes_no"`
	ByName    string       `json:"by_name"`
	ChangedMs int64        `json:"changed_ms"`
	Version   int64        `json:"version"`
	OpensOn   core.Day     `json:"opens_on" doc:"first day of the year's evaluation"`
}

func viewScheme(s branch.Scheme) branchScheme {
	return branchScheme{BranchContent: viewContent(s.Content), Year: s.Year, State: s.State, FromDay: s.FromDay, VoteDay: s.Vote.Day, Due: s.Vote.Due, Present: s.Vote.Present,
		InFavour: s.Vote.InFavour, MinutesNo: s.Vote.MinutesNo, ByName: s.ByName, ChangedMs: s.ChangedMs, Version: s.Version, OpensOn: s.OpensOn()}
}

// BranchDraftBody is a scheme as somebody drafts it.
type BranchDraftBody struct {
	BranchContent
	Version int64 `json:"version" minimum:"0" doc:"the one the writer saw; 0 for a new draft"`
}

// BranchVoteBody is the vote of the branch's meeting on a draft.
type BranchVoteBody struct {
	Version   int64    `json:"version" minimum:"1" doc:"of the draft the meeting saw"`
	VoteDay   core.Day `json:"vote_day"`
	Due       int64    `json:"due" minimum:"0"`
	Present   int64    `json:"present" minimum:"0"`
	InFavour  int64    `json:"in_favour" minimum:"0"`
	MinutesNo string   `json:"minutes_no" maxLength:"40"`
}

// BranchYear adds the {year} of a path.
type BranchYear struct {
	Year int64 `path:"year" minimum:"2000" maximum:"2199"`
}

func (s *server) registerBranch() {
	const base = "/villages/{village}/branch"
	s.registerBranchMembers(base + "/members")
	s.registerBranchSchemes(base + "/schemes")
	s.registerBranchEntries(base + "/entries")
	s.registerBranchLists(base + "/years/{year}")
}

func (s *server) registerBranchMembers(base string) {
	handle(s, spec{
		ID: "list-branch-members", Method: http.MethodGet, Path: base, Tag: branchTag, Op: access.OpReadBranch,
		Summary: "Who is or was a member of the village's Party branch, in the order of entry", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[branchMember], error) {
		rows, err := s.svc.Branch.Members(ctx, by, in.Village.Area)
		return listOf(rows, "", viewMember), err
	})
	handle(s, spec{
		ID: "list-branch-candidates", Method: http.MethodGet, Path: base + "/candidates", Tag: branchTag, Op: access.OpReadBranch,
		Summary: "Residents marked as Party members whom the branch does not count among its own", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[branchCandidate], error) {
		rows, err := s.svc.Branch.Candidates(ctx, by, in.Village.Area)
		return listOf(rows, "", func(c branch.Candidate) branchCandidate { return branchCandidate(c) }), err
	})
	handle(s, spec{
		ID: "add-branch-member", Method: http.MethodPost, Path: base, Tag: branchTag, Op: access.OpKeepBranch, Status: http.StatusCreated,
		Summary: "Enter a member, or one who comes back", Detail: "Opens the account of a year whose scheme is in force, with the base of the class.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		Body struct {
			Resident core.ID      `json:"resident" doc:"marked as a Party member in the register"`
			Class    branch.Class `json:"class" enum:"ordinary,elderly,floating,probationary"`
			Day      core.Day     `json:"day" doc:"since when a member of this branch"`
		}
	}) (*branchMember, error) {
		m, err := s.svc.Branch.AddMember(ctx, by, in.Village.Area, branch.AddInput{Resident: in.Body.Resident, Class: in.Body.Class, Day: in.Body.Day})
		return viewed(m, err, viewMember)
	})
	handle(s, spec{
		ID: "change-branch-member", Method: http.MethodPatch, Path: base + "/{id}", Tag: branchTag, Op: access.OpKeepBranch,
		Summary: "Change a member's class, or say that the member left", Detail: "The base of a year that is open stays as it is.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Version int64        `json:"version" minimum:"0"`
			Class   branch.Class `json:"class,omitempty" enum:",ordinary,elderly,floating,probationary"`
			LeftDay core.Day     `json:"left_day,omitempty"`
		}
	}) (*branchMember, error) {
		m, err := s.svc.Branch.ChangeMember(ctx, by, in.Village.Area, branch.ChangeInput{ID: in.ID.ID, Version: in.Body.Version, Class: in.Body.Class, Left: in.Body.LeftDay})
		return viewed(m, err, viewMember)
	})
}

func (s *server) registerBranchSchemes(base string) {
	handle(s, spec{
		ID: "list-branch-schemes", Method: http.MethodGet, Path: base, Tag: branchTag, Op: access.OpReadBranch,
		Summary: "The schemes of all years, newest first", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*list[branchScheme], error) {
		rows, err := s.svc.Branch.Schemes(ctx, by, in.Village.Area)
		return listOf(rows, "", viewScheme), err
	})
	handle(s, spec{
		ID: "get-branch-scheme", Method: http.MethodGet, Path: base + "/{year}", Tag: branchTag, Op: access.OpReadBranch,
		Summary: "The scheme of a year, or what is suggested for a draft",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
	}) (*branchScheme, error) {
		one, err := s.svc.Branch.Scheme(ctx, by, in.Village.Area, in.Year)
		return viewed(one, err, viewScheme)
	})
	handle(s, spec{
		ID: "put-branch-draft", Method: http.MethodPut, Path: base + "/{year}", Tag: branchTag, Op: access.OpKeepBranch,
		Summary: "Write the draft of a year's scheme", Detail: "This year's or the next one's, until the branch voted on it. Its texts are held to the red lines.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
		Body BranchDraftBody
	}) (*branchScheme, error) {
		one, err := s.svc.Branch.PutDraft(ctx, by, in.Village.Area, in.Year, in.Body.Version, in.Body.content())
		return viewed(one, err, viewScheme)
	})
	handle(s, spec{
		ID: "adopt-branch-scheme", Method: http.MethodPost, Path: base + "/{year}/vote", Tag: branchTag, Op: access.OpRecordBranchVote,
		Summary: "Record the vote of the branch's meeting and put the scheme into force", Detail: "Every member's account of the year is opened with the base of the class.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		BranchYear
		Body BranchVoteBody
	}) (*branchScheme, error) {
		b := in.Body
		one, err := s.svc.Branch.Adopt(ctx, by, in.Village.Area, in.Year, b.Version, rulebook.Vote{Day: b.VoteDay, Due: b.Due, Present: b.Present, InFavour: b.InFavour, MinutesNo: b.MinutesNo})
		return viewed(one, err, viewScheme)
	})
}
