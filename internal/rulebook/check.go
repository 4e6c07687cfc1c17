package rulebook

import (
	"context"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Finding is something that stands between a draft and its vote, or that its village should know before it.
type Finding struct {
	Code string // of the line; '' where it concerns the version
	Err  *errs.Error
	Bars bool // the vote cannot be recorded before it is put right
}

// CheckDraft looks through a village's version as RecordVote will: red lines, bounds, whether there is anything in it at
// all. Clean gives none. What the township overruled is no finding.
func (s *Service) CheckDraft(ctx context.Context, by core.Actor, village core.Area, version int64) ([]Finding, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	if err := s.lookAt(ctx, village, version); err != nil {
		return nil, err
	}
	found := []Finding{}
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		set, err := byVersion(ctx, tx, village, version)
		if err != nil {
			return err
		}
		if len(set.Rules) == 0 {
			found = append(found, Finding{Err: errs.New(errs.Conflict, "rulebook.empty"), Bars: true})
		}
		for _, r := range set.Rules {
			err := admit(ctx, tx, village, r, s.known.stops(r))
			switch {
			case err == nil:
			case errs.CodeOf(err) == "rulebook.red_line":
				found = append(found, Finding{r.Code, errs.From(err), true})
			default:
				return err
			}
		}
		current, err := Version(ctx, tx, village.Parent().Parent(), s.today())
		if err != nil || current == set.BaseVersion || !set.State.Open() {
			return ignoreNone(err)
		}
		found = append(found, Finding{Err: errs.New(errs.Conflict, "rulebook.newer_template", "version", current)})
		return nil
	})
	return found, err
}

func ignoreNone(err error) error {
	if noneInForce(err) {
		return nil
	}
	return err
}
