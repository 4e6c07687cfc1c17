package files

import (
	"context"
	"crypto/sha256"
	"io"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

const memoSQL = fileColumns + `WHERE f.village = $1 AND f.owner = 'suggestion' AND f.owner_id = $2`

// PutMemo keeps a voice memo that the actor sends. It belongs to nothing until a suggestion takes it, and counts among the
// day's files. Errors: files.not_audio, files.memo_too_large, files.memo_too_long, files.too_many_today,
// files.village_full_today; whatever was kept before stays.
func (s *Service) PutMemo(ctx context.Context, by core.Actor, village core.Area, upload io.Reader) (File, error) {
	if err := access.Require(by, access.OpSuggest, village); err != nil {
		return File{}, err
	}
	if err := s.mayStill(ctx, by, village); err != nil {
		return File{}, err
	}
	original, err := readUpload(upload, MaxMemoBytes, memoTooLarge())
	if err != nil {
		return File{}, err
	}
	heard, err := readSound(original)
	if err != nil {
		return File{}, err
	}
	s.swept.RLock()
	defer s.swept.RUnlock()
	hash := sha256.Sum256(heard.content)
	return s.keep(ctx, by, File{Village: village, MIME: heard.mime, hash: hash[:], owner: OwnerSuggestion}, heard.content)
}

// OpenMemo gives the voice memo of a suggestion to those of the village's staff who type it. The caller closes it.
func (s *Service) OpenMemo(ctx context.Context, by core.Actor, village core.Area, suggestion core.ID) (File, io.ReadCloser, error) {
	if err := access.Require(by, access.OpTypeMemo, village); err != nil {
		return File{}, nil, err
	}
	f, err := s.find(ctx, func(ctx context.Context, tx *store.Tx) (File, error) {
		return scan(tx.Row(ctx, memoSQL, village, suggestion))
	})
	var content io.ReadCloser
	if err == nil {
		content, err = s.content(f)
	}
	if errs.KindOf(err) == errs.NotFound {
		err = errs.New(errs.NotFound, "files.no_memo").Because(err)
	}
	return f, content, err
}
