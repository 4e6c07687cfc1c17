package rulebook

import (
	"context"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Service answers questions about rules and carries out the commands that change them.
type Service struct {
	st    *store.Store
	clock core.Clock
	ids   *core.IDs
	known known
}

// New makes the service.
func New(st *store.Store, clock core.Clock, ids *core.IDs) *Service {
	return &Service{st: st, clock: clock, ids: ids}
}

// Versions lists the versions of an area, the newest first, without their lines. What was published is public; what is on
// its way and withdrawn versions are shown to those who may read the area.
func (s *Service) Versions(ctx context.Context, by core.Actor, area core.Area) ([]Ruleset, error) {
	all := access.Can(by, access.OpReadVillage, area)
	found := []Ruleset{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlRulesets, func(r store.Row) error {
			set, err := scanRuleset(r)
			if all || set.State == Published {
				found = append(found, set)
			}
			return err
		}, area)
	})
	return found, err
}

// Ruleset reads one version with its lines; rulebook.no_ruleset if there is none the actor may see.
func (s *Service) Ruleset(ctx context.Context, by core.Actor, area core.Area, version int64) (Ruleset, error) {
	var set Ruleset
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		set, err = byVersion(ctx, tx, area, version)
		return err
	})
	if err == nil && set.State != Published && !access.Can(by, access.OpReadVillage, area) {
		return Ruleset{}, errs.New(errs.NotFound, "rulebook.no_ruleset")
	}
	return set, err
}

// Current reads the rules in force on a day; 0 is today. They are public. Error: rulebook.none_in_force.
func (s *Service) Current(ctx context.Context, area core.Area, day core.Day) (Ruleset, error) {
	if day == 0 {
		day = s.today()
	}
	var set Ruleset
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		set, err = InForce(ctx, tx, area, day)
		return err
	})
	return set, err
}

func (s *Service) today() core.Day { return core.DayOf(s.clock.Now()) }

// command runs one command of an actor in an area: once for its intent, in one transaction.
func command[T any](ctx context.Context, s *Service, by core.Actor, area core.Area, fn func(ctx context.Context, tx *store.Tx, nowMs int64) (T, error)) (T, error) {
	nowMs := s.clock.Now()
	var out T
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = store.Once(ctx, tx, by, area, nowMs, func() (T, error) { return fn(ctx, tx, nowMs) })
		return err
	})
	return out, err
}

// record writes the audit line of a change to a version.
func (s *Service) record(ctx context.Context, tx *store.Tx, by core.Actor, nowMs int64, action string, area core.Area, subjectID string, before, after any) error {
	return audit.Write(ctx, tx, by, s.ids.Next(), nowMs, audit.Entry{Area: area, Action: "rulebook." + action,
		Subject: "ruleset", SubjectID: subjectID, Before: before, After: after})
}

// maxTitle is the longest title, in characters.
const maxTitle = 60

func checkTitle(title string) (string, error) {
	title = strings.TrimSpace(title)
	if n := utf8.RuneCountInString(title); n < 2 || n > maxTitle || !utf8.ValidString(title) {
		return "", errs.New(errs.Invalid, "rulebook.title_needed", "most", maxTitle).At("title")
	}
	return title, nil
}

// mayDraft is the permission to work on an area's drafts: the county's for a template, the township's for
// its additions, the village's for its own rules.
func mayDraft(by core.Actor, area core.Area) error {
	switch area.Level() {
	case core.County, core.Township:
		return access.Require(by, access.OpEditTemplate, area)
	case core.Village:
		return access.Require(by, access.OpDraftRules, area)
	}
	return errs.New(errs.Invalid, "rulebook.wrong_area")
}
