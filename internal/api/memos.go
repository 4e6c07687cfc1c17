package api

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/files"
)

const memoDetail = "The body is the recording itself (WebM, MP4, MP3 or WAV, known by its content; at most 2 MB and 2 minutes). It is kept without the " +
	"titles and places that recorders write beside the sound, and counts among the day's files."

// memoView is a kept voice memo.
type memoView struct {
	ID   core.ID `json:"id" doc:"to name in a suggestion"`
	MIME string  `json:"mime"`
	Size int64   `json:"size" doc:"bytes, as it is kept"`
}

func viewMemo(f files.File) memoView { return memoView{ID: f.ID, MIME: f.MIME, Size: f.Size} }

// registerMemos registers the voice memos of suggestions, from the one who speaks to the one who types.
func (s *server) registerMemos(base string) {
	handle(s, spec{
		ID: "upload-memo", Method: http.MethodPost, Path: "/villages/{village}/memos", Tag: suggestionsTag, Op: access.OpSuggest,
		Status: http.StatusCreated, MaxBody: files.MaxMemoBytes, Summary: "Send a voice memo for a household's suggestion", Detail: memoDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		RawBody []byte `contentType:"application/octet-stream"`
	}) (*memoView, error) {
		kept, err := s.svc.Files.PutMemo(ctx, by, in.Village.Area, bytes.NewReader(in.RawBody))
		return viewed(kept, err, viewMemo)
	})
	handle(s, spec{
		ID: "upload-card-memo", Method: http.MethodPost, Path: "/card/memos", Tag: tagCardHolder, Op: access.OpUseCard, Auth: authCard,
		Status: http.StatusCreated, MaxBody: files.MaxMemoBytes, Summary: "Send a voice memo for one's own suggestion", Detail: memoDetail,
	}, func(ctx context.Context, by core.Actor, in *struct {
		RawBody []byte `contentType:"application/octet-stream"`
	}) (*memoView, error) {
		kept, err := s.svc.Files.PutMemo(ctx, by, by.Village, bytes.NewReader(in.RawBody))
		return viewed(kept, err, viewMemo)
	})
	handleStream(s, spec{
		ID: "get-memo", Method: http.MethodGet, Path: base + "/{id}/memo", Tag: suggestionsTag, Op: access.OpTypeMemo,
		Summary: "The voice memo of a suggestion, for those who type it",
	}, files.MemoTypes, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
	}) (*stream, error) {
		f, content, err := s.svc.Files.OpenMemo(ctx, by, in.Village.Area, in.ID.ID)
		if err != nil {
			return nil, err
		}
		// To be saved, never shown in place: whatever hides in a recording is nobody's page.
		name := "memo-" + in.ID.ID.String() + "." + strings.TrimPrefix(f.MIME, "audio/")
		return &stream{Type: f.MIME, Name: name, Write: func(_ context.Context, w io.Writer) error {
			defer content.Close()
			_, err := io.Copy(w, content)
			return err
		}}, nil
	})
	handle(s, spec{
		ID: "type-suggestion", Method: http.MethodPost, Path: base + "/{id}/type", Tag: suggestionsTag, Op: access.OpTypeMemo,
		Summary: "Type what a voice memo says", Detail: "With the words the suggestion goes to the committees; who typed them does not decide on them.",
	}, func(ctx context.Context, by core.Actor, in *struct {
		InVillage
		ByID
		Body struct {
			Text    string `json:"text" minLength:"1" maxLength:"500" doc:"at least 5 characters; no telephone or identity numbers"`
			Version int64  `json:"version,omitempty" minimum:"0" doc:"the one the reader saw"`
		}
	}) (*suggestionView, error) {
		one, err := s.svc.Voices.Type(ctx, by, in.Village.Area, in.ID.ID, in.Body.Version, in.Body.Text)
		return viewed(one, err, viewSuggestion(by, in.Village.Area))
	})
}
