package files

import (
	"bytes"
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
	// OwnerSuggestion is of voice memos, from the moment they come in: no claim and no goods take one.
	OwnerSuggestion = "suggestion"
)

// File is a kept picture or voice memo.
type File struct {
	Village core.Area
	ID      core.ID
	Size    int64 // bytes
	MIME    string

	hash   []byte
	byKind core.ActorKind
	byID   core.ID
	owner  string
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
// refused (files.not_image), as is what is larger than the limits (files.too_large), and more than a day's number
// (files.too_many_today, files.village_full_today); whatever was kept before stays.
func (s *Service) Put(ctx context.Context, by core.Actor, village core.Area, upload io.Reader) (kept File, err error) {
	if err := access.Require(by, access.OpSendPhoto, village); err != nil {
		return File{}, err
	}
	if err := s.mayStill(ctx, by, village); err != nil {
		return File{}, err
	}
	original, err := readUpload(upload, MaxBytes, tooLarge(maxMegapixels))
	if err != nil {
		return File{}, err
	}
	made, err := s.normalise(ctx, original)
	if err != nil {
		return File{}, err
	}
	s.swept.RLock()
	defer s.swept.RUnlock()
	hash := sha256.Sum256(made.whole)
	if err := s.folder.put(village, hash[:], smallEnd, made.small); err != nil {
		return File{}, err
	}
	return s.keep(ctx, by, File{Village: village, MIME: MIME, hash: hash[:], owner: OwnerClaim}, made.whole)
}

// keep writes a content and its row, once for the actor's intent. The caller holds swept for reading.
func (s *Service) keep(ctx context.Context, by core.Actor, f File, content []byte) (File, error) {
	village := f.Village
	if err := s.folder.put(village, f.hash, endOf(f.MIME), content); err != nil {
		return File{}, err
	}
	now := s.clock.Now()
	f.Size, f.byKind, f.byID = int64(len(content)), by.Kind, by.ID
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		f.ID, err = store.Once(ctx, tx, by, village, now, func() (core.ID, error) {
			if err := count(ctx, tx, by, village, core.DayOf(now), len(content)); err != nil {
				return 0, err
			}
			id := s.ids.Next()
			_, err := tx.Exec(ctx, insertSQL, village, id, f.hash, f.MIME, len(content), f.owner, string(by.Kind), by.ID, now)
			return id, err
		})
		return err
	})
	return f, err
}

func (s *Service) normalise(ctx context.Context, original []byte) (pictures, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return pictures{}, ctx.Err()
	}
	defer func() { <-s.turn }()
	return normalise(original)
}

// Open gives a picture to the village's staff, and to a card for what it sent itself or what belongs to its household's
// claims. The caller closes it.
func (s *Service) Open(ctx context.Context, by core.Actor, village core.Area, id core.ID) (io.ReadCloser, error) {
	f, err := s.seen(ctx, by, village, id)
	if err != nil {
		return nil, err
	}
	return s.content(f)
}

// OpenSmall gives the same picture for a list, at most 240 pixels on its longer side and some ten kilobytes.
func (s *Service) OpenSmall(ctx context.Context, by core.Actor, village core.Area, id core.ID) (io.ReadCloser, error) {
	f, err := s.seen(ctx, by, village, id)
	if err != nil {
		return nil, err
	}
	small, err := s.folder.get(village, f.hash, smallEnd)
	if errors.Is(err, fs.ErrNotExist) { // kept before there were small ones, or come out of a backup
		return s.makeSmall(ctx, f)
	}
	return small, err
}

func (s *Service) makeSmall(ctx context.Context, f File) (io.ReadCloser, error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	s.swept.RLock()
	defer s.swept.RUnlock()
	content, err := s.content(f)
	if err != nil {
		return nil, err
	}
	whole, err := io.ReadAll(content)
	if err = errors.Join(err, content.Close()); err != nil {
		return nil, err
	}
	small, err := smallOf(whole)
	if err != nil {
		return nil, fmt.Errorf("files: the kept photo %s: %w", f.ID, err)
	}
	return io.NopCloser(bytes.NewReader(small)), s.folder.put(f.Village, f.hash, smallEnd, small)
}

// seen finds a photo that the actor may see.
func (s *Service) seen(ctx context.Context, by core.Actor, village core.Area, id core.ID) (File, error) {
	op := access.OpReadVillage
	if by.Kind == core.CardActor {
		op = access.OpReadCard
	}
	if err := access.Require(by, op, village); err != nil {
		return File{}, err
	}
	return s.find(ctx, func(ctx context.Context, tx *store.Tx) (File, error) {
		f, err := scan(tx.Row(ctx, fileSQL, village, id))
		if err != nil || by.Kind != core.CardActor || f.byKind == core.CardActor && f.byID == by.ID {
			return f, err
		}
		return scan(tx.Row(ctx, householdFileSQL, village, id, by.Household))
	})
}

// OpenItemPhoto gives everybody the picture of goods on the shelf. The caller closes it.
func (s *Service) OpenItemPhoto(ctx context.Context, village core.Area, item core.ID) (io.ReadCloser, error) {
	f, err := s.find(ctx, func(ctx context.Context, tx *store.Tx) (File, error) {
		return scan(tx.Row(ctx, itemFileSQL, village, item))
	})
	if err != nil {
		return nil, err
	}
	return s.content(f)
}

func (s *Service) find(ctx context.Context, find func(ctx context.Context, tx *store.Tx) (File, error)) (f File, err error) {
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		f, err = find(ctx, tx)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return f, errs.New(errs.NotFound, "files.no_file")
	}
	return f, err
}

func (s *Service) content(f File) (io.ReadCloser, error) {
	content, err := s.folder.get(f.Village, f.hash, endOf(f.MIME))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.New(errs.NotFound, "files.no_file").Because(fmt.Errorf("the row of file %s has no content: %w", f.ID, err))
	}
	return content, err
}

const fileColumns = `SELECT f.village, f.id, f.size, f.mime, f.sha256, f.by_kind, f.by_id FROM file f `

const (
	insertSQL = `INSERT INTO file (village, id, sha256, mime, size, owner, owner_id, by_kind, by_id, created_ms) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9)`
	// A memo is no photo, and has an address of its own.
	fileSQL = fileColumns + `WHERE f.village = $1 AND f.id = $2 AND f.owner <> 'suggestion'`
	// The picture of a claim is its household's too, whoever of the village's staff sent it.
	householdFileSQL = fileColumns + `JOIN claim c ON c.village = f.village AND c.id = f.owner_id
		WHERE f.village = $1 AND f.id = $2 AND f.owner = 'claim' AND c.household = $3`
	itemFileSQL = fileColumns + `JOIN item i ON i.village = f.village AND i.photo = f.id
		WHERE i.village = $1 AND i.id = $2 AND i.state = 'active' AND f.owner = 'item' AND f.owner_id = i.id`
)

func scan(r store.Row) (f File, err error) {
	err = r.Scan(&f.Village, &f.ID, &f.Size, &f.MIME, &f.hash, &f.byKind, &f.byID)
	return f, err
}
