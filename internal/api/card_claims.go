package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
)

// registerCardClaims registers what a household does with its own claims.
func (s *server) registerCardClaims() {
	handle(s, spec{
		ID: "list-card-claims", Method: http.MethodGet, Path: "/card/claims", Tag: tagCardHolder, Op: access.OpReadCard, Auth: authCard,
		Summary: "The household's claims, newest first",
	}, func(ctx context.Context, by core.Actor, in *PageQuery) (*list[ClaimView], error) {
		rows, next, err := s.svc.Claims.OwnClaims(ctx, by, in.page())
		return listOf(rows, next, viewClaim(by, prefix+"/card")), err
	})
	handle(s, spec{
		ID: "submit-card-claim", Method: http.MethodPost, Path: "/card/claims", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Status: http.StatusCreated, Summary: "Submit a claim for one's own household", Detail: "Only by rules that residents may claim themselves.",
	}, func(ctx context.Context, by core.Actor, in *struct{ Body DeedBody }) (*ClaimView, error) {
		c, err := s.svc.Claims.Submit(ctx, by, by.Village, in.Body.deed(by.Household))
		return viewed(c, err, viewClaim(by, prefix+"/card"))
	})
	handle(s, spec{
		ID: "judge-card-claim", Method: http.MethodPost, Path: "/card/claims/judge", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Summary: "What a deed would bring, without writing anything",
	}, func(ctx context.Context, by core.Actor, in *struct{ Body DeedBody }) (*judgementView, error) {
		j, err := s.svc.Claims.Judge(ctx, by, by.Village, in.Body.deed(by.Household))
		return viewed(j, err, viewJudgement)
	})
	handle(s, spec{
		ID: "list-card-claimants", Method: http.MethodGet, Path: "/card/claimants", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Summary: "Residents of one's own household whose deed it may have been, by a personal rule",
	}, func(ctx context.Context, by core.Actor, in *ClaimantQuery) (*list[claimantView], error) {
		rows, err := s.svc.Claims.Claimants(ctx, by, by.Village, by.Household, in.Rule, in.Day)
		return listOf(rows, "", viewClaimant), err
	})
	handle(s, spec{
		ID: "resubmit-card-claim", Method: http.MethodPost, Path: "/card/claims/{id}/resubmit", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Summary: "Correct a returned claim and submit it again",
	}, func(ctx context.Context, by core.Actor, in *struct {
		ByID
		Body resubmitBody
	}) (*ClaimView, error) {
		c, err := s.svc.Claims.Resubmit(ctx, by, by.Village, in.ID.ID, in.Body.resubmission())
		return viewed(c, err, viewClaim(by, prefix+"/card"))
	})
	handle(s, spec{
		ID: "withdraw-card-claim", Method: http.MethodPost, Path: "/card/claims/{id}/withdraw", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Summary: "Take back a claim that nobody has decided yet",
	}, func(ctx context.Context, by core.Actor, in *ByID) (*ClaimView, error) {
		c, err := s.svc.Claims.Withdraw(ctx, by, by.Village, in.ID.ID)
		return viewed(c, err, viewClaim(by, prefix+"/card"))
	})
}
