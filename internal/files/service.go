package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// What a picture is of.
const (
	OwnerClaim = "claim"
	OwnerItem  = "item"
)

// File is a kept picture.
type File struct {
	Village core.Area
	ID      core.ID
	Size    int64 // bytes

	hash   []byte
	byKind core.ActorKind
	byID   core.ID
}

// Service keeps pictures in a folder and their rows in the store. It is safe for concurrent use.
type Service struct {
	st     *store.Store
	clock  core.Clock
	ids    *core.IDs
	folder *folder
	turn   chan struct{} // one picture is decoded at a time: a large one takes 160 MB while it is
	swept  sync.RWMutex  // held for writing while a content is taken away, so that nobody relies on it meanwhile
}

// New makes the service. dir is made at the first upload.
func New(st *store.Store, clock core.Clock, ids *core.IDs, dir string) *Service {
	return &Service{st: st, clock: clock, ids: ids, folder: newFolder(dir, ids), turn: make(chan struct{}, 1)}
}

// Put keeps a picture that the actor sends. It belongs to nothing until a claim or goods take it. What is no picture is
// refused (files.not_image), as is what is larger than the limits (files.too_large).
func (s *Service) Put(ctx context.Context, by core.Actor, village core.Area, upload io.Reader) (kept File, err error) {
	if err := access.Require(by, access.OpSendPhoto, village); err != nil {
		return File{}, err
	}
	original, err := readUpload(upload)
	if err != nil {
		return File{}, err
	}
	content, err := s.normalise(ctx, original)
	if err != nil {
		return File{}, err
	}
	hash := sha256.Sum256(content)
	s.swept.RLock()
	defer s.swept.RUnlock()
	if err := s.folder.put(village, hash[:], content); err != nil {
		return File{}, err
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			id := s.ids.Next()
			_, err := tx.Exec(ctx, insertSQL, village, id, hash[:], MIME, len(content), OwnerClaim, string(by.Kind), by.ID, now)
			return id, err
		})
		kept = File{Village: village, ID: id, Size: int64(len(content)), hash: hash[:], byKind: by.Kind, byID: by.ID}
		return err
	})
	return kept, err
}

func (s *Service) normalise(ctx context.Context, original []byte) ([]byte, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	return normalise(original)
}

// Open gives a picture to the village's staff, and to a card for what it sent itself or what belongs to its household's
// claims. The caller closes it.
func (s *Service) Open(ctx context.Context, by core.Actor, village core.Area, id core.ID) (io.ReadCloser, error) {
	op := access.OpReadVillage
	if by.Kind == core.CardActor {
		op = access.OpReadCard
	}
	if err := access.Require(by, op, village); err != nil {
		return nil, err
	}
	return s.open(ctx, func(ctx context.Context, tx *store.Tx) (File, error) {
		f, err := scan(tx.Row(ctx, fileSQL, village, id))
		if err != nil || by.Kind != core.CardActor || f.byKind == core.CardActor && f.byID == by.ID {
			return f, err
		}
		return scan(tx.Row(ctx, householdFileSQL, village, id, by.Household))
	})
}

// OpenItemPhoto gives everybody the picture of goods on the shelf. The caller closes it.
func (s *Service) OpenItemPhoto(ctx context.Context, village core.Area, item core.ID) (io.ReadCloser, error) {
	return s.open(ctx, func(ctx context.Context, tx *store.Tx) (File, error) {
		return scan(tx.Row(ctx, itemFileSQL, village, item))
	})
}

func (s *Service) open(ctx context.Context, find func(ctx context.Context, tx *store.Tx) (File, error)) (content io.ReadCloser, err error) {
	var f File
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		f, err = find(ctx, tx)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return nil, errs.New(errs.NotFound, "files.no_file")
	}
	if err != nil {
		return nil, err
	}
	content, err = s.folder.get(f.Village, f.hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.NotFound, "files.no_file").Because(fmt.Errorf("the row of file %s has no content: %w", f.ID, err))
	}
	return content, err
}

const fileColumns = `SELECT f.village, f.id, f.size, f.sha256, f.by_kind, f.by_id FROM file f `

const (
	insertSQL = `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)`
	fileSQL   = fileColumns + `WHERE f.village = $1 AND f.id = $2`
	// The picture of a claim is its household's too, whoever of the village's staff sent it.
	householdFileSQL = fileColumns + `JOIN claim c ON c.village = f.village AND c.id = f.owner_id
		WHERE f.village = $1 AND f.id = $2 AND f.owner = 'claim' AND c.household = $3`
	itemFileSQL = fileColumns + `JOIN item i ON i.village = f.village AND i.photo = f.id
		WHERE i.village = $1 AND i.id = $2 AND i.state = 'active' AND f.owner = 'item' AND f.owner_id = i.id`
)

func scan(r store.Row) (f File, err error) {
	err = r.Scan(&f.Village, &f.ID, &f.Size, &f.hash, &f.byKind, &f.byID)
	return f, err
}
