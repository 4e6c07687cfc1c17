package claims

import (
	"context"
	"slices"

	"qunyan/internal/core"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
)

// Trial is what a version of the rules would have given for the deeds that were claimed in the last twelve months, beside
// what was given. It is worked out and never written: no trial makes a point.
//
// Only what was claimed is known. A deed that nobody claimed, because no rule gave anything for it, is in neither figure.
type Trial struct {
	Version    int64
	AsOfMs     int64
	From, To   core.Day // the twelve calendar months that end with this one
	Claims     int64    // that count: waiting, approved, on a notice, posted
	Before     TrialSum
	After      TrialSum
	Rules      []TrialRule      // the version's in its order, then those that were used and are not in it
	Households []TrialHousehold // in the order of their numbers
}

// TrialSum adds up one side of a trial. Deductions touch base points only and are kept apart (domain.md §3).
type TrialSum struct {
	Earned   core.Points
	Deducted core.Points // 0 or below
	Spread   Spread
}

// Spread says how unequally the earned points lie among the households, in whole numbers.
type Spread struct {
	Households int64
	Tenth      core.Points // a tenth of the households have no more than this
	Median     core.Points // half of them have no more than this
	Ninth      core.Points // nine tenths of them have no more than this
	TopShare   int64       // per cent of all points that the tenth with the most has together
}

// Mark says how a line of the version stands to the claims.
type Mark string

// The marks.
const (
	MarkKept     Mark = "kept"
	MarkNew      Mark = "new"      // no claim and no earlier rule has its code: it has no history
	MarkUnused   Mark = "unused"   // it was there before, and nobody claimed by it
	MarkReworded Mark = "reworded" // the claims were made under other words
	MarkGone     Mark = "gone"     // not in the version
)

// TrialRule is what a trial says of one rule.
type TrialRule struct {
	Code    string
	TextZh  string
	TextEn  string
	Mark    Mark
	Claims  int64
	Before  core.Points
	After   core.Points
	Cut     int64       // claims that a cap would cut short
	Lost    core.Points // what caps would take from them, without sign
	Refused int64       // claims the version could not judge or would refuse: another scale, a condition, a warning that is missing
}

// TrialHousehold is what a household earned and would have earned. The head's name is masked.
type TrialHousehold struct {
	Number int64
	Head   string
	Before core.Points
	After  core.Points
}

const sqlTrialHomes = `SELECT id, number, head, members, state FROM household WHERE village = $1 ORDER BY number, id`

// sqlTrialClaims reads a household's claims that count, in the order of the deeds.
const sqlTrialClaims = `SELECT id, rule, day, step, qty, points, event, source, resident, warned_day, warned_no, warned_what FROM claim
	WHERE village = $1 AND household = $2 AND day BETWEEN $3 AND $4 AND state IN ('submitted', 'approved', 'noticed', 'frozen')
	ORDER BY day, id`

type trialHome struct {
	id      core.ID
	members int64
	active  bool
	TrialHousehold
}

// tried is a claim as a trial reads it.
type tried struct {
	Deed
	points core.Points
	door   string
}

// trial is a trial while it is worked out.
type trial struct {
	s        *Service
	village  core.Area
	out      Trial
	set      rulebook.Ruleset
	earliest core.Day // from which claims count against caps of the first day
	byCode   map[string]*TrialRule
	rules    map[string]rulebook.Rule
	homes    []trialHome
	back     map[core.ID]bool // claims that count no more
}

// homesAtOnce are read in one go: no transaction lasts as long as the whole.
const homesAtOnce = 25

// begin reads the version and the households.
func (s *Service) beginTrial(ctx context.Context, village core.Area, version int64) (*trial, error) {
	today := core.DayOf(s.clock.Now())
	t := &trial{s: s, village: village, byCode: map[string]*TrialRule{}, rules: map[string]rulebook.Rule{},
		out: Trial{Version: version, AsOfMs: s.clock.Now(), From: today.Month().Add(-11).First(), To: today}}
	known := map[string]string{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if t.set, err = rulebook.Whole(ctx, tx, village, version); err != nil {
			return err
		}
		if known, err = knownRules(ctx, tx, village, version); err != nil {
			return err
		}
		if t.back, err = takenBack(ctx, tx, village); err != nil {
			return err
		}
		return tx.Rows(ctx, sqlTrialHomes, func(r store.Row) error {
			var h trialHome
			var state string
			err := r.Scan(&h.id, &h.Number, &h.Head, &h.members, &state)
			h.Head, h.active = core.MaskName(h.Head), state == "active"
			t.homes = append(t.homes, h)
			return err
		}, village)
	})
	t.earliest = t.out.From
	t.out.Rules = make([]TrialRule, len(t.set.Rules))
	for i, r := range t.set.Rules {
		mark := MarkUnused
		switch words, ok := known[r.Code]; {
		case !ok:
			mark = MarkNew
		case words != r.TextZh:
			mark = MarkReworded
		}
		t.out.Rules[i] = TrialRule{Code: r.Code, TextZh: r.TextZh, TextEn: r.TextEn, Mark: mark}
		t.byCode[r.Code], t.rules[r.Code] = &t.out.Rules[i], r
		from, _ := s.conditions.Reach(r, t.set.Caps, t.out.From)
		t.earliest = min(t.earliest, from)
	}
	return t, err
}

const sqlKnownRules = `SELECT r.code, r.text_zh, r.text_en FROM rule r JOIN ruleset s ON s.village = r.village AND s.version = r.version
	WHERE r.village = $1 AND s.state IN ('published', 'adopted') AND s.version <> $2 ORDER BY r.version`

// knownRules are the rules of the village's adopted versions, with the latest words of each.
func knownRules(ctx context.Context, tx *store.Tx, village core.Area, version int64) (map[string]string, error) {
	known := map[string]string{}
	err := tx.Rows(ctx, sqlKnownRules, func(r store.Row) error {
		var code, zh, en string
		err := r.Scan(&code, &zh, &en)
		known[code] = zh
		return err
	}, village, version)
	return known, err
}

// some tries the claims of the next households and says how many are done.
func (t *trial) some(ctx context.Context, from int) (int, error) {
	to := min(from+homesAtOnce, len(t.homes))
	err := t.s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		for i := from; i < to; i++ {
			if err := t.home(ctx, tx, &t.homes[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return to, err
}

// home tries one household's claims, each judged by the one judge of claims with those before it.
func (t *trial) home(ctx context.Context, tx *store.Tx, h *trialHome) error {
	var all []tried
	err := tx.Rows(ctx, sqlTrialClaims, func(r store.Row) error {
		c := tried{Deed: Deed{Household: h.id}}
		var id core.ID
		err := r.Scan(&id, &c.Rule, &c.Day, &c.Step, &c.Qty, &c.points, &c.Event, &c.door, &c.Resident, &c.Warned.Day, &c.Warned.No, &c.Warned.What)
		if !t.back[id] {
			all = append(all, c)
		}
		return err
	}, t.village, h.id, t.earliest, t.out.To)
	if err != nil || len(all) == 0 {
		return err
	}
	var persons []rulebook.Person
	if err := eachPerson(ctx, tx, t.village, h.id, func(p rulebook.Person, _ string) { persons = append(persons, p) }); err != nil {
		return err
	}
	past := pasts{}
	for _, c := range all {
		rule, ok := t.rules[c.Rule]
		if c.Day < t.out.From {
			if ok {
				past.add(rule, c, c.points, c.Resident)
			}
			continue
		}
		t.count(h, c)
		if ok {
			t.judge(ctx, h, persons, past, rule, c)
		}
	}
	h.active = h.active || h.Before != 0
	return nil
}

// count adds a claim to what was given.
func (t *trial) count(h *trialHome, c tried) {
	t.out.Claims++
	row := t.byCode[c.Rule]
	if row == nil {
		row = &TrialRule{Code: c.Rule, Mark: MarkGone}
		t.byCode[c.Rule] = row
	}
	if row.Mark == MarkUnused || row.Mark == MarkNew {
		row.Mark = MarkKept
	}
	row.Claims++
	row.Before += c.points
	if c.points < 0 {
		t.out.Before.Deducted += c.points
		return
	}
	t.out.Before.Earned += c.points
	h.Before += c.points
}

// judge says what the version would have given for a claim.
func (t *trial) judge(ctx context.Context, h *trialHome, persons []rulebook.Person, past pasts, rule rulebook.Rule, c tried) {
	row := t.byCode[c.Rule]
	in := rulebook.Case{Deed: rulebook.Deed{Qty: c.Qty, Step: c.Step}, Day: c.Day, Event: c.Event, Door: c.door, Members: h.members}
	err := c.warned(rule)
	if err == nil && rule.Who.Personal() {
		in.Person, err = whose(persons, rule, c.Deed)
	}
	var w rulebook.Weighed
	if err == nil {
		from, _ := t.s.conditions.Reach(rule, t.set.Caps, c.Day)
		in.Past = past.since(rule, t.set.Caps, from)
		w, err = t.s.conditions.Weigh(ctx, rule, t.set.Caps, in)
	}
	if err != nil {
		row.Refused++
		return
	}
	if w.Points != w.Asked {
		row.Cut++
		row.Lost += max(w.Asked-w.Points, w.Points-w.Asked)
	}
	if w.Points != 0 { // what a cap leaves nothing of is no claim
		past.add(rule, c, w.Points, in.Person.ID)
	}
	row.After += w.Points
	if w.Points < 0 {
		t.out.After.Deducted += w.Points
		return
	}
	t.out.After.Earned += w.Points
	h.After += w.Points
}

// pasts are a household's earlier claims in the order of their days, by rule and by category, so that a claim is held
// against those it may touch and not against all.
type pasts map[string][]rulebook.Past

func (p pasts) add(r rulebook.Rule, c tried, points core.Points, resident core.ID) {
	one := rulebook.Past{Rule: r.Code, Category: r.Category, Day: c.Day, Event: c.Event, Resident: resident, Points: points, Door: c.door}
	p[r.Code] = append(p[r.Code], one)
	p[string(r.Category)] = append(p[string(r.Category)], one)
}

func (p pasts) since(r rulebook.Rule, caps []rulebook.CategoryCap, from core.Day) []rulebook.Past {
	key := r.Code
	if slices.ContainsFunc(caps, func(c rulebook.CategoryCap) bool { return c.Category == r.Category }) {
		key = string(r.Category)
	}
	i, _ := slices.BinarySearchFunc(p[key], from, func(one rulebook.Past, day core.Day) int { return int(one.Day - day) })
	return p[key][i:]
}

// end adds up the households, and names the rules that are not in the version by their latest words.
func (t *trial) end(ctx context.Context) (Trial, error) {
	var before, after []core.Points
	for _, h := range t.homes {
		if h.active {
			before, after = append(before, h.Before), append(after, h.After)
			t.out.Households = append(t.out.Households, h.TrialHousehold)
		}
	}
	t.out.Before.Spread, t.out.After.Spread = SpreadOf(before), SpreadOf(after)
	var gone []TrialRule
	for _, row := range t.byCode {
		if row.Mark == MarkGone {
			gone = append(gone, *row)
		}
	}
	slices.SortFunc(gone, func(a, b TrialRule) int { return slices.Compare([]byte(a.Code), []byte(b.Code)) })
	if len(gone) == 0 {
		return t.out, nil
	}
	err := t.s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlKnownRules, func(r store.Row) error {
			var code, zh, en string
			err := r.Scan(&code, &zh, &en)
			for i := range gone {
				if gone[i].Code == code {
					gone[i].TextZh, gone[i].TextEn = zh, en
				}
			}
			return err
		}, t.village, t.out.Version)
	})
	t.out.Rules = append(t.out.Rules, gone...)
	return t.out, err
}

// SpreadOf measures how points lie among households; it sorts what it is given. A share of nothing is 0.
func SpreadOf(points []core.Points) Spread {
	slices.Sort(points)
	n := len(points)
	if n == 0 {
		return Spread{}
	}
	upTo := func(tenths int) core.Points { return points[(n*tenths+9)/10-1] }
	s := Spread{Households: int64(n), Tenth: upTo(1), Median: upTo(5), Ninth: upTo(9)}
	var all, top core.Points
	for i, p := range points {
		all += p
		if i >= n-(n+9)/10 {
			top += p
		}
	}
	if all > 0 {
		s.TopShare = int64((top*100 + all/2) / all)
	}
	return s
}
