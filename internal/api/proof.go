package api

import (
	"context"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/proof"
	"qunyan/internal/seal"
	"qunyan/internal/store"
)

const proofTag = "Proofs"

type publicKey struct {
	Name        string `json:"name"`
	Algorithm   string `json:"algorithm" enum:"ed25519,sm2"`
	Public      string `json:"public" doc:"the key, as qunyan verify --key and the check page take it"`
	Fingerprint string `json:"fingerprint" doc:"to compare with a printed one"`
	FromMs      int64  `json:"from_ms"`
	UntilMs     int64  `json:"until_ms" doc:"0 for the one in use"`
}

func publicKeyOf(k seal.Key) publicKey {
	return publicKey{Name: k.Name, Algorithm: string(k.Algorithm), Public: k.PublicKey.String(), Fingerprint: k.Fingerprint(), FromMs: k.FromMs, UntilMs: k.UntilMs}
}

type checkpointView struct {
	Size    int64  `json:"size" doc:"lines it covers: 1 to size"`
	AtMs    int64  `json:"at_ms"`
	Root    string `json:"root" doc:"base64"`
	Key     string `json:"key" doc:"name of the key that signed"`
	Note    string `json:"note" doc:"the signed note (c2sp.org/tlog-checkpoint), to keep as a file"`
	Compact string `json:"compact" doc:"the same for a QR code"`
}

func checkpointViewOf(n proof.Note) checkpointView {
	return checkpointView{Size: n.Size, AtMs: n.AtMs, Root: n.Root.String(), Key: n.Signature.Name, Note: n.String(), Compact: n.Compact()}
}

type coverageView struct {
	Lines      int64           `json:"lines" doc:"in the book"`
	Covered    int64           `json:"covered" doc:"lines 1 to covered are signed for; those after them not yet"`
	Checkpoint *checkpointView `json:"checkpoint" doc:"the newest; null while there is none"`
}

func coverageViewOf(c ledger.Coverage) coverageView {
	v := coverageView{Lines: c.Lines}
	if c.Note != nil {
		one := checkpointViewOf(*c.Note)
		v.Covered, v.Checkpoint = c.Note.Size, &one
	}
	return v
}

type consistencyView struct {
	Path []string `json:"path" doc:"base64, RFC 6962 section 2.1.2"`
}

type lineProofView struct {
	No      int64  `json:"no"`
	Code    string `json:"code" doc:"eight characters; with the line's number they open this proof without a login"`
	Covered int64  `json:"covered" doc:"lines of the checkpoint it is proved against"`
	AtMs    int64  `json:"at_ms" doc:"time of that checkpoint"`
	Text    string `json:"text" doc:"the proof (c2sp.org/tlog-proof), to keep as a file"`
	Compact string `json:"compact" doc:"the same in base64url: what stands behind # in the address of the check page"`
}

func lineProofViewOf(p ledger.LineProof) lineProofView {
	return lineProofView{No: p.Line.No, Code: p.Code, Covered: p.Proof.Note.Size, AtMs: p.Proof.Note.AtMs, Text: p.Proof.String(), Compact: p.Proof.Compact(p.Key.Algorithm)}
}

func (s *server) registerProofs() {
	handle(s, spec{
		ID: "list-keys", Method: http.MethodGet, Path: "/public/keys", Tag: proofTag, Auth: authPublic,
		Summary: "The public keys that ever signed checkpoints, the oldest first", Detail: "There are no pages.",
	}, func(ctx context.Context, _ core.Actor, _ *struct{}) (*list[publicKey], error) {
		keys, err := s.svc.Ledger.Keys(ctx)
		return listOf(keys, "", publicKeyOf), err
	})
	handle(s, spec{
		ID: "get-coverage", Method: http.MethodGet, Path: "/public/villages/{village}/coverage", Tag: proofTag, Auth: authPublic,
		Summary: "How much of the village's book is signed for",
	}, func(ctx context.Context, _ core.Actor, in *InVillage) (*coverageView, error) {
		c, err := s.svc.Ledger.CoverageOf(ctx, in.Village.Area)
		return viewed(c, err, coverageViewOf)
	})
	handle(s, spec{
		ID: "list-checkpoints", Method: http.MethodGet, Path: "/public/villages/{village}/checkpoints", Tag: proofTag, Auth: authPublic,
		Summary: "The village's checkpoints, newest first",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		PageQuery
	}) (*list[checkpointView], error) {
		notes, next, err := s.svc.Ledger.Checkpoints(ctx, in.Village.Area, in.page())
		return listOf(notes, next, checkpointViewOf), err
	})
	handle(s, spec{
		ID: "get-checkpoint", Method: http.MethodGet, Path: "/public/villages/{village}/checkpoints/{size}", Tag: proofTag, Auth: authPublic,
		Summary: "The checkpoint over so many lines",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		Size int64 `path:"size" minimum:"1"`
	}) (*checkpointView, error) {
		n, err := s.svc.Ledger.Checkpoint(ctx, in.Village.Area, in.Size)
		return viewed(n, err, checkpointViewOf)
	})
	handle(s, spec{
		ID: "get-consistency", Method: http.MethodGet, Path: "/public/villages/{village}/consistency", Tag: proofTag, Auth: authPublic,
		Summary: "Proof that a newer checkpoint only added to an older one",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		From int64 `query:"from" minimum:"1" required:"true" doc:"lines of the older checkpoint"`
		To   int64 `query:"to" minimum:"1" required:"true" doc:"lines of the newer one"`
	}) (*consistencyView, error) {
		path, err := s.svc.Ledger.Consistency(ctx, in.Village.Area, in.From, in.To)
		return viewed(path, err, consistencyViewOf)
	})
	s.registerLineProofs()
	s.registerAuditCoverage()
}

type auditCoverageView struct {
	Area   core.Area `json:"area"`
	Sealed int64     `json:"sealed" doc:"lines of the area's own trail that the newest checkpoint covers"`
	Left   int64     `json:"left" doc:"lines written since"`
	AtMs   int64     `json:"at_ms" doc:"time of that checkpoint; 0 while there is none"`
	Note   string    `json:"note" doc:"the signed note, to keep as a file; '' while there is none"`
}

func auditCoverageViewOf(c audit.Coverage) auditCoverageView {
	v := auditCoverageView{Area: c.Area, Sealed: c.Sealed, Left: c.Left}
	if c.Note != nil {
		v.AtMs, v.Note = c.Note.AtMs, c.Note.String()
	}
	return v
}

func (s *server) registerAuditCoverage() {
	handle(s, spec{
		ID: "list-audit-coverage", Method: http.MethodGet, Path: "/areas/{area}/audit/coverage", Tag: proofTag, Op: access.OpReadAudit,
		Summary: "How far the audit trails of an area and of every area inside it are signed for", Detail: "There are no pages.",
	}, func(ctx context.Context, by core.Actor, in *InArea) (*list[auditCoverageView], error) {
		if err := access.Require(by, access.OpReadAudit, in.Area.Area); err != nil {
			return nil, err
		}
		var all []audit.Coverage
		err := s.svc.Store.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			all, err = audit.CoverageWithin(ctx, tx, in.Area.Area)
			return err
		})
		return listOf(all, "", auditCoverageViewOf), err
	})
}

func consistencyViewOf(path []proof.Hash) consistencyView {
	v := consistencyView{Path: make([]string, len(path))}
	for i, h := range path {
		v.Path[i] = h.String()
	}
	return v
}

func (s *server) registerLineProofs() {
	handle(s, spec{
		ID: "get-public-line-proof", Method: http.MethodGet, Path: "/public/villages/{village}/lines/{no}/proof", Tag: proofTag, Auth: authPublic,
		Summary: "The proof of a line, for whoever has the code printed beside it",
	}, func(ctx context.Context, _ core.Actor, in *struct {
		LineInVillage
		Code string `query:"code" required:"true" maxLength:"20"`
	}) (*lineProofView, error) {
		p, err := s.svc.Ledger.ProofByCode(ctx, in.Village.Area, in.No, in.Code)
		return viewed(p, err, lineProofViewOf)
	})
	handle(s, spec{
		ID: "get-line-proof", Method: http.MethodGet, Path: "/villages/{village}/lines/{no}/proof", Tag: proofTag, Op: access.OpReadVillage,
		Summary: "The proof of a line of the village's book",
	}, func(ctx context.Context, by core.Actor, in *LineInVillage) (*lineProofView, error) {
		p, err := s.svc.Ledger.ProofOf(ctx, by, in.Village.Area, in.No)
		return viewed(p, err, lineProofViewOf)
	})
	handle(s, spec{
		ID: "get-card-line-proof", Method: http.MethodGet, Path: "/card/lines/{no}/proof", Tag: proofTag, Op: access.OpReadCard, Auth: authCard,
		Summary: "The proof of a line of the card's passbook",
	}, func(ctx context.Context, by core.Actor, in *struct {
		No int64 `path:"no" minimum:"1"`
	}) (*lineProofView, error) {
		p, err := s.svc.Ledger.ProofOf(ctx, by, by.Village, in.No)
		return viewed(p, err, lineProofViewOf)
	})
	handle(s, spec{
		ID: "seal-book", Method: http.MethodPost, Path: "/villages/{village}/checkpoints", Tag: proofTag, Op: access.OpSealBook,
		Status: http.StatusCreated, Summary: "Sign a checkpoint over the village's book now",
		Detail: "Without a new line it answers the newest checkpoint there is. Closing a month and the daily job do the same.",
	}, func(ctx context.Context, by core.Actor, in *InVillage) (*checkpointView, error) {
		n, err := s.svc.Ledger.SealNow(ctx, by, in.Village.Area)
		return viewed(n, err, checkpointViewOf)
	})
}
