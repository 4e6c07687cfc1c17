package api

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/files"
)

const fileTag = "Photos"

// fileView is a kept photo.
type fileView struct {
	ID   core.ID `json:"id" doc:"to name in a claim or in goods"`
	MIME string  `json:"mime"`
	Size int64   `json:"size" doc:"bytes, as it is kept"`
	URL  string  `json:"url"`
}

// photoURL is where staff see a photo; "" if there is none.
func photoURL(village core.Area, photo core.ID) string {
	if photo == 0 {
		return ""
	}
	return prefix + "/villages/" + village.String() + "/files/" + photo.String()
}

// cardPhotoURL is where the holder of a card sees a photo; "" if there is none.
func cardPhotoURL(photo core.ID) string {
	if photo == 0 {
		return ""
	}
	return prefix + "/card/files/" + photo.String()
}

const uploadDetail = "The body is the photo itself (JPEG, PNG or WebP, at most 10 MB and 40 megapixels). It is turned upright, made smaller and " +
	"kept without its metadata; the place where it was taken is thrown away."

func (s *server) registerFiles() {
	handle(s, spec{
		ID: "upload-photo", Method: http.MethodPost, Path: "/villages/{village}/files", Tag: fileTag, Op: access.OpSendPhoto,
		Status: http.StatusCreated, MaxBody: files.MaxBytes, Summary: "Send a photo for a claim or for goods", Detail: uploadDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RawBody []byte `contentType:"application/octet-stream"`
	}) (*fileView, error) {
		kept, err := s.svc.Files.Put(ctx, by, in.Village.Area, bytes.NewReader(in.RawBody))
		return viewed(kept, err, func(f files.File) fileView {
			return fileView{ID: f.ID, MIME: files.MIME, Size: f.Size, URL: photoURL(f.Village, f.ID)}
		})
	})
	handle(s, spec{
		ID: "upload-card-photo", Method: http.MethodPost, Path: "/card/files", Tag: fileTag, Op: access.OpSendPhoto, Auth: authCard,
		Status: http.StatusCreated, MaxBody: files.MaxBytes, Summary: "Send a photo for one's own claim", Detail: uploadDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	}) (*fileView, error) {
		kept, err := s.svc.Files.Put(ctx, by, by.Village, bytes.NewReader(in.RawBody))
		return viewed(kept, err, func(f files.File) fileView {
			return fileView{ID: f.ID, MIME: files.MIME, Size: f.Size, URL: cardPhotoURL(f.ID)}
		})
	})
	handleStream(s, spec{
		ID: "get-photo", Method: http.MethodGet, Path: "/villages/{village}/files/{id}", Tag: fileTag, Op: access.OpReadVillage, Summary: "A photo",
	}, files.MIME, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		PhotoQuery
	}) (*stream, error) {
		return photo(s.opener(in.PhotoQuery)(ctx, by, in.Village.Area, in.ID.ID))
	})
	handleStream(s, spec{
		ID: "get-card-photo", Method: http.MethodGet, Path: "/card/files/{id}", Tag: fileTag, Op: access.OpReadCard, Auth: authCard,
		Summary: "A photo of one's own claim",
	}, files.MIME, func(ctx context.Context, by core.Actor, in *struct {
		ByID
		PhotoQuery
	}) (*stream, error) {
		return photo(s.opener(in.PhotoQuery)(ctx, by, by.Village, in.ID.ID))
	})
	handleStream(s, spec{
		ID: "get-item-photo", Method: http.MethodGet, Path: "/public/villages/{village}/items/{id}/photo", Tag: publicTag, Auth: authPublic,
		Summary: "The photo of goods on the shelf",
	}, files.MIME, func(ctx context.Context, _ core.Actor, in *struct {
		InVillage
		ByID
		V string `query:"v" maxLength:"20" doc:"id of the photo, so that a new one has a new address"`
	}) (*stream, error) {
		return photo(s.svc.Files.OpenItemPhoto(ctx, in.Village.Area, in.ID.ID))
	})
}

// PhotoQuery chooses between a photo and the small one of it.
type PhotoQuery struct {
	Size string `query:"size" enum:"whole,small" default:"whole" doc:"small: for a list, at most 240 pixels on its longer side"`
}

func (s *server) opener(q PhotoQuery) func(context.Context, core.Actor, core.Area, core.ID) (io.ReadCloser, error) {
	if q.Size == "small" {
		return s.svc.Files.OpenSmall
	}
	return s.svc.Files.Open
}

// photo streams a picture that was opened and closes it.
func photo(content io.ReadCloser, err error) (*stream, error) {
	if err != nil {
		return nil, err
	}
	return &stream{Type: files.MIME, Forever: true, Write: func(_ context.Context, w io.Writer) error {
		defer content.Close()
		_, err := io.Copy(w, content)
		return err
	}}, nil
}
