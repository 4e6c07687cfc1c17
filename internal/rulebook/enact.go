package rulebook

import (
	"context"

	"qunyan/internal/core"
)

// Enacted is a village's draft that is to be carried through to its publication.
type Enacted struct {
	VoteInput
	FilingNo string
	FromDay  core.Day
}

// Enact takes a draft the whole way by the commands themselves, each with its checks: the vote is recorded and sent by
// the secretary, confirmed by the township's officer and published. It is for those who play a village's past: the demo,
// the benchmarks, the tests.
func (s *Service) Enact(ctx context.Context, secretary, township core.Actor, in Enacted) error {
	if err := s.RecordVote(ctx, secretary, in.VoteInput); err != nil {
		return err
	}
	if err := s.File(ctx, secretary, in.Village, in.Version); err != nil {
		return err
	}
	if err := s.ConfirmFiling(ctx, township, in.Village, in.Version, in.FilingNo); err != nil {
		return err
	}
	return s.Publish(ctx, secretary, in.Village, in.Version, in.FromDay)
}
