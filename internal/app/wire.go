package app

import (
	"context"
	"log/slog"

	"qunyan/internal/access"
	"qunyan/internal/api"
	"qunyan/internal/appraisal"
	"qunyan/internal/batch"
	"qunyan/internal/branch"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/errs"
	"qunyan/internal/files"
	"qunyan/internal/gatherings"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/offline"
	"qunyan/internal/page"
	"qunyan/internal/report"
	"qunyan/internal/rulebook"
	"qunyan/internal/seal"
	"qunyan/internal/store"
	"qunyan/internal/voices"
)

// Parts are what every service is made of.
type Parts struct {
	Store  *store.Store
	Clock  core.Clock
	IDs    *core.IDs
	Keys   Keys
	Access access.Options // its Key comes from Keys
	Files  string         // folder of the photos, made when the first one comes
	Keeper *seal.Keeper   // signs checkpoints
	Log    *slog.Logger   // of what goes wrong behind an answer; nil for nowhere
}

// Wire puts the services together. It is the one place that knows which of them depend on which; the server, the demo
// and the tests of the API all take them from here.
func Wire(p Parts) api.Services {
	p.Access.Key = p.Keys.Access
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	accounts := access.New(p.Store, p.Clock, p.IDs, p.Access)
	book := ledger.New(p.Store, p.Clock, p.IDs, p.Keeper)
	homes := directory.New(p.Store, p.Clock, p.IDs, p.Keys.IDNumbers, opensBook(p.Clock))
	made := claims.New(p.Store, p.Clock, p.IDs, claims.Options{LotKey: p.Keys.Lots, Sealing: sealsBook(book, p.Log)})
	shops := market.New(p.Store, p.Clock, p.IDs, accounts)
	return api.Services{
		Access:     accounts,
		Directory:  homes,
		Files:      files.New(p.Store, p.Clock, p.IDs, p.Files),
		Ledger:     book,
		Rules:      rulebook.New(p.Store, p.Clock, p.IDs),
		Claims:     made,
		Gatherings: gatherings.New(p.Store, p.Clock, p.IDs, made),
		Appraisals: appraisal.New(p.Store, p.Clock, p.IDs, made),
		Batch:      batch.New(p.Store, p.Clock, made),
		Branch:     branch.New(p.Store, p.Clock, p.IDs),
		Households: households.New(p.Store, p.Clock, p.IDs, homes, accounts),
		Voices:     voices.New(p.Store, p.Clock, p.IDs, made),
		Market:     shops,
		Offline:    offline.New(p.Store, p.Clock, p.IDs, shops, p.Keys.Offline),
		Reports:    report.New(p.Store, p.Clock),
		Store:      p.Store,
		Clock:      p.Clock,
	}
}

// opensBook posts the opening line of every new household, in the transaction that makes it.
func opensBook(clock core.Clock) directory.OnOpen {
	return func(ctx context.Context, tx *store.Tx, by core.Actor, village core.Area, households []core.ID) error {
		at := ledger.Stamp{Village: village, NowMs: clock.Now(), Actor: by.ID}
		_, err := ledger.OpenHouseholds(ctx, tx, at, ledger.OpeningPoints, households...)
		return err
	}
}

// sealsBook signs a checkpoint over a village's book with the close of a month of it.
func sealsBook(book *ledger.Service, log *slog.Logger) func(core.Area) claims.Sealing {
	return func(village core.Area) claims.Sealing { return sealing{book.Sealing(village), village, log} }
}

// sealing is a ledger's sealing that writes into the log why none was made: nobody else is told, for the month is closed
// all the same, and the daily job tries again.
type sealing struct {
	*ledger.Sealing
	village core.Area
	log     *slog.Logger
}

// Sign is content with a book that has no line yet.
func (s sealing) Sign(ctx context.Context, tx *store.Tx) error {
	if _, err := s.Sealing.Sign(ctx, tx); err != nil && errs.CodeOf(err) != "seal.none" {
		return err
	}
	return nil
}

func (s sealing) Failed(err error) {
	s.log.Error("checkpoint with a close", "village", s.village, "error", err)
}

// NewHandler puts the server-rendered pages and the API into one handler, so that both answer under the same headers,
// limits and log. cfg.Pages stands in for the pages if it is set.
func NewHandler(cfg api.Config, svc api.Services, log *slog.Logger) (*api.Handler, error) {
	if cfg.Pages == nil {
		pages, err := page.New(
			page.Config{PublicURL: cfg.PublicURL, Secure: cfg.Secure, TrustProxy: cfg.TrustProxy},
			page.Services{
				Access: svc.Access, Appraisals: svc.Appraisals, Branch: svc.Branch, Claims: svc.Claims, Directory: svc.Directory, Gatherings: svc.Gatherings, Households: svc.Households, Ledger: svc.Ledger, Market: svc.Market,
				Rules: svc.Rules, Voices: svc.Voices, Store: svc.Store, Clock: svc.Clock,
			}, log)
		if err != nil {
			return nil, err
		}
		cfg.Pages = pages
	}
	return api.New(cfg, svc, log)
}
