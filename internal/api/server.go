package api

import (
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qunyan/internal/access"
	"qunyan/internal/appraisal"
	"qunyan/internal/batch"
	"qunyan/internal/branch"
	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/files"
	"qunyan/internal/gatherings"
	"qunyan/internal/households"
	"qunyan/internal/ledger"
	"qunyan/internal/market"
	"qunyan/internal/offline"
	"qunyan/internal/report"
	"qunyan/internal/rulebook"
	"qunyan/internal/store"
	"qunyan/internal/voices"
)

// Services are what the operations call. Each area adds its own.
type Services struct {
	Access     *access.Service
	Appraisals *appraisal.Service
	Batch      *batch.Service
	Branch     *branch.Service
	Claims     *claims.Service
	Directory  *directory.Service
	Files      *files.Service
	Gatherings *gatherings.Service
	Households *households.Service
	Ledger     *ledger.Service
	Market     *market.Service
	Offline    *offline.Service
	Reports    *report.Service
	Rules      *rulebook.Service
	Voices     *voices.Service
	Clock      core.Clock
	Store      *store.Store
}

// Config says how the outside looks; the zero value runs.
type Config struct {
	Version   string // of the binary, shown by GET /session and the reference
	PublicURL string // "https://jifen.example.cn", printed in QR codes; "" takes it from the request

	// Secure marks cookies for https only and sends HSTS. Set it wherever a browser comes by https.
	Secure bool
	// TrustProxy takes the client's address from the last entry of X-Forwarded-For. Set it only behind a proxy that
	// writes that header.
	TrustProxy bool

	// IntentKey keys the stored hashes of requests; every process of one database needs the same.
	IntentKey []byte

	Web   fs.FS        // the built front end; nil or empty shows a page that says how to build it
	Pages http.Handler // server-rendered pages under /p/ and /print/; nil for none

	// BackedUp tells when the newest scheduled backup was begun, in Unix ms; nil where none are made.
	BackedUp func() int64

	Limits Limits
}

// server is what the operations share.
type server struct {
	cfg     Config
	svc     Services
	log     *slog.Logger
	huma    huma.API
	mux     *http.ServeMux
	limits  *limiters
	metrics *metrics
	order   []spec // every operation, as registered
}

// Handler serves everything: API, pages, front end, health and metrics.
type Handler struct {
	http.Handler
	s *server
}

// Contract is the OpenAPI description of every operation. It must not be changed.
func (h *Handler) Contract() *huma.OpenAPI { return h.s.huma.OpenAPI() }

// prefix is where the operations live.
const prefix = "/api/v1"

// New builds the handler. Building fails only on mistakes of ours, such as two operations of one name.
func New(cfg Config, svc Services, log *slog.Logger) (*Handler, error) {
	s := &server{
		cfg: cfg, svc: svc, log: log, mux: http.NewServeMux(),
		limits:  newLimiters(cfg.Limits, svc.Clock),
		metrics: newMetrics(svc.Store, cfg.BackedUp),
	}
	s.huma = humago.NewWithPrefix(s.mux, prefix, s.humaConfig())
	s.registerOperations()
	finishContract(s.huma.OpenAPI())
	s.routeContract()
	s.routeHealth()
	if err := s.routeWeb(); err != nil {
		return nil, err
	}
	return &Handler{Handler: s.around(s.mux), s: s}, nil
}

// registerOperations calls every area's registration. The order is the order of the reference page.
func (s *server) registerOperations() {
	s.registerSession()
	s.registerStaff()
	s.registerCards()
	s.registerCardHolder()
	s.registerCardHome()
	s.registerCardClaims()
	s.registerAreas()
	s.registerHouseholds()
	s.registerChanges()
	s.registerBranch()
	s.registerImports()
	s.registerFiles()
	s.registerClaims()
	s.registerMonth()
	s.registerBatch()
	s.registerGatherings()
	s.registerAppraisals()
	s.registerSuggestions()
	s.registerMarket()
	s.registerOffline()
	s.registerRules()
	s.registerBook()
	s.registerProofs()
	s.registerReport()
	s.registerOversight()
	s.registerExports()
	s.registerPublic()
	s.registerPublicMarket()
}
