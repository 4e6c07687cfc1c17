package api

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/messages"
)

// registerAuditJSON registers the trail for programs: every line as list-audit shows it. Unlike a workbook it is written
// while it is read, so a trail of any length takes no memory.
func (s *server) registerAuditJSON() {
	lines := s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf([]auditView{}), true, "")
	handleStreamOf(s, spec{
		ID: "export-audit-json", Method: http.MethodGet, Path: "/areas/{area}/export/audit.json", Tag: exportTag, Op: access.OpReadAudit,
		Summary: "The audit trail as JSON", Detail: "All of it, whatever its length, with the filters of the list; area by area, in each the newest first.",
	}, "application/json", lines, func(ctx context.Context, by core.Actor, in *AuditExport) (*stream, error) {
		if err := access.Require(by, access.OpReadAudit, in.Area.Area); err != nil {
			return nil, err
		}
		say := words{exchangeOf(ctx).lang()}
		if in.Lang != "" {
			say.lang = messages.Lang(in.Lang)
		}
		name, err := s.exportName(ctx, say, "export.list.audit", in.Area.Area, ".json")
		if err != nil {
			return nil, err
		}
		return &stream{Type: "application/json", Name: name, Write: func(ctx context.Context, out io.Writer) error { return s.writeAudit(ctx, in, out) }}, nil
	})
}

// writeAudit writes an array with one line of text for each line of the trail.
func (s *server) writeAudit(ctx context.Context, in *AuditExport, out io.Writer) error {
	w := bufio.NewWriter(out)
	before := "["
	err := audit.Each(ctx, s.svc.Store.View, in.Area.Area, in.filter(), func(r audit.Record) error {
		line, err := json.Marshal(auditViewOf(r))
		if err != nil {
			return err
		}
		_, _ = w.WriteString(before + "\n") // the writer keeps its first error for the end
		_, err = w.Write(line)
		before = ","
		return err
	})
	if err != nil {
		return err
	}
	if before == "[" {
		_, _ = w.WriteString("[") // as above
	}
	_, _ = w.WriteString("\n]\n") // as above
	return w.Flush()
}

// binary is the schema of bytes that are no JSON.
func binary() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "binary"} }
