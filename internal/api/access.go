package api

import (
	"context"
	"encoding/json"
	"net/http"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/store"
)

const tagStaff = "Staff"

// grantInput is a role in an area.
type grantInput struct {
	Role core.Role `json:"role" enum:"county,township,secretary,clerk,keeper,supervisor,auditor"`
	Area core.Area `json:"area"`
}

// grantView is a role with the words for its area.
type grantView struct {
	Role     core.Role `json:"role"`
	Area     core.Area `json:"area"`
	AreaName string    `json:"area_name"`
	Level    string    `json:"level" enum:"county,township,village"`
}

type staffView struct {
	ID         core.ID     `json:"id"`
	Login      string      `json:"login"`
	Name       string      `json:"name"`
	State      string      `json:"state" enum:"active,disabled"`
	MustChange bool        `json:"must_change"`
	TotpOn     bool        `json:"totp_on"`
	Grants     []grantView `json:"grants"`
	Village    core.Area   `json:"village" doc:"of the person's own household; '' if unknown"`
	Household  core.ID     `json:"household"`
	CreatedMs  int64       `json:"created_ms"`
}

func (s *server) registerStaff() {
	handle(s, spec{
		ID: "list-staff", Method: http.MethodGet, Path: "/staff", Tag: tagStaff, Op: access.OpManageStaff,
		Summary: "Accounts with a role inside an area, by login",
	}, s.listStaff)
	handle(s, spec{
		ID: "create-staff", Method: http.MethodPost, Path: "/staff", Tag: tagStaff, Op: access.OpManageStaff, Status: http.StatusCreated,
		Summary: "Make an account", Detail: "The first password is shown here and never again; it must be changed at the first sign-in.",
	}, s.createStaff)
	handle(s, spec{
		ID: "update-staff", Method: http.MethodPatch, Path: "/staff/{id}", Tag: tagStaff, Op: access.OpManageStaff,
		Summary: "Change name, roles, state or household of an account", Detail: "Fields that are left out stay as they are. Disabling ends the account's sessions.",
	}, s.updateStaff)
	handle(s, spec{
		ID: "reset-password", Method: http.MethodPost, Path: "/staff/{id}/password", Tag: tagStaff, Op: access.OpManageStaff,
		Summary: "Give an account a new first password", Detail: "Ends its sessions, lifts a lock and turns codes from a phone off.",
	}, s.resetPassword)
	handle(s, spec{
		ID: "list-audit", Method: http.MethodGet, Path: "/areas/{area}/audit", Tag: tagStaff, Op: access.OpReadAudit,
		Summary: "Who did what in an area and everything inside it, newest first",
	}, s.listAudit)
}

type listStaffInput struct {
	Area areaParam `query:"area" required:"true"`
	Q    string    `query:"q" maxLength:"40" doc:"part of a login or name"`
	PageQuery
}

func (s *server) listStaff(ctx context.Context, by core.Actor, in *listStaffInput) (*list[staffView], error) {
	found, next, err := s.svc.Access.ListStaff(ctx, by, access.StaffFilter{Area: in.Area.Area, Query: in.Q}, in.page())
	if err != nil {
		return nil, err
	}
	views := &list[staffView]{Next: next}
	for _, staff := range found {
		view, err := s.staffView(ctx, staff)
		if err != nil {
			return nil, err
		}
		views.Items = append(views.Items, view)
	}
	return views, nil
}

type createStaffInput struct {
	Body struct {
		Login     string       `json:"login" minLength:"3" maxLength:"32"`
		Name      string       `json:"name" minLength:"1" maxLength:"40"`
		Grants    []grantInput `json:"grants" minItems:"1" maxItems:"20"`
		Village   core.Area    `json:"village,omitempty" doc:"of the person's own household, for conflicts of interest"`
		Household core.ID      `json:"household,omitempty"`
	}
}

type createdStaff struct {
	Staff    staffView `json:"staff"`
	Password string    `json:"password" doc:"the first password, shown once"`
}

func (s *server) createStaff(ctx context.Context, by core.Actor, in *createStaffInput) (*createdStaff, error) {
	staff, password, err := s.svc.Access.CreateStaff(ctx, by, access.NewStaff{
		Login: in.Body.Login, Name: in.Body.Name, Grants: grantsOf(in.Body.Grants), Village: in.Body.Village, Household: in.Body.Household,
	})
	if err != nil {
		return nil, err
	}
	view, err := s.staffView(ctx, staff)
	return &createdStaff{Staff: view, Password: password}, err
}

type updateStaffInput struct {
	ByID
	Body struct {
		Name      *string      `json:"name,omitempty" minLength:"1" maxLength:"40"`
		State     *string      `json:"state,omitempty" enum:"active,disabled"`
		Grants    []grantInput `json:"grants,omitempty" minItems:"1" maxItems:"20"`
		Village   *core.Area   `json:"village,omitempty"`
		Household *core.ID     `json:"household,omitempty"`
	}
}

func (s *server) updateStaff(ctx context.Context, by core.Actor, in *updateStaffInput) (*staffView, error) {
	staff, err := s.svc.Access.UpdateStaff(ctx, by, access.StaffEdit{
		ID: in.ID.ID, Name: in.Body.Name, State: in.Body.State, Grants: grantsOf(in.Body.Grants),
		Village: in.Body.Village, Household: in.Body.Household,
	})
	if err != nil {
		return nil, err
	}
	view, err := s.staffView(ctx, staff)
	return &view, err
}

type newPassword struct {
	Password string `json:"password" doc:"the first password, shown once"`
}

func (s *server) resetPassword(ctx context.Context, by core.Actor, in *ByID) (*newPassword, error) {
	password, err := s.svc.Access.ResetPassword(ctx, by, in.ID.ID)
	if err != nil {
		return nil, err
	}
	return &newPassword{password}, nil
}

func grantsOf(inputs []grantInput) []core.Grant {
	if inputs == nil {
		return nil
	}
	grants := make([]core.Grant, len(inputs))
	for i, g := range inputs {
		grants[i] = core.Grant(g)
	}
	return grants
}

func (s *server) staffView(ctx context.Context, staff access.Staff) (staffView, error) {
	grants, err := s.grantViews(ctx, staff.Grants)
	return staffView{
		ID: staff.ID, Login: staff.Login, Name: staff.Name, State: staff.State, MustChange: staff.MustChange, TotpOn: staff.TotpOn,
		Grants: grants, Village: staff.Village, Household: staff.Household, CreatedMs: staff.CreatedMs,
	}, err
}

func (s *server) grantViews(ctx context.Context, grants []core.Grant) ([]grantView, error) {
	names, err := s.svc.Access.AreaNames(ctx, grants)
	if err != nil {
		return nil, err
	}
	views := make([]grantView, len(grants))
	for i, g := range grants {
		views[i] = grantView{Role: g.Role, Area: g.Area, AreaName: names[i], Level: levelName(g.Area)}
	}
	return views, nil
}

func levelName(area core.Area) string {
	switch area.Level() {
	case core.County:
		return "county"
	case core.Township:
		return "township"
	}
	return "village"
}

// AuditQuery narrows the trail; a download takes the same filters as the list.
type AuditQuery struct {
	Action string  `query:"action" maxLength:"60" doc:"an action, or the beginning of one: claims."`
	Q      string  `query:"q" maxLength:"60" doc:"part of an actor's name or of a subject's id"`
	Actor  idParam `query:"actor" doc:"who did it: an account's or a card's id"`
	FromMs int64   `query:"from_ms" minimum:"0"`
	ToMs   int64   `query:"to_ms" minimum:"0"`
}

func (q AuditQuery) filter() audit.Filter {
	return audit.Filter{Action: q.Action, Text: q.Q, Actor: q.Actor.ID, FromMs: q.FromMs, ToMs: q.ToMs}
}

type listAuditInput struct {
	InArea
	AuditQuery
	PageQuery
}

type auditView struct {
	ID        core.ID   `json:"id"`
	Area      core.Area `json:"area"`
	AtMs      int64     `json:"at_ms"`
	ActorKind string    `json:"actor_kind" enum:",staff,card,system"`
	Actor     core.ID   `json:"actor"`
	ActorName string    `json:"actor_name"`
	From      string    `json:"from" doc:"network address"`
	Request   string    `json:"request"`
	Action    string    `json:"action"`
	Subject   string    `json:"subject"`
	SubjectID string    `json:"subject_id"`
	Before    any       `json:"before" doc:"null for a new thing"`
	After     any       `json:"after" doc:"null for a thing taken away"`
}

func (s *server) listAudit(ctx context.Context, by core.Actor, in *listAuditInput) (*list[auditView], error) {
	if err := access.Require(by, access.OpReadAudit, in.Area.Area); err != nil {
		return nil, err
	}
	var out *list[auditView]
	err := s.svc.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		records, next, err := audit.List(ctx, tx, in.Area.Area, in.filter(), in.page())
		out = listOf(records, next, auditViewOf)
		return err
	})
	return out, err
}

func auditViewOf(r audit.Record) auditView {
	return auditView{
		ID: r.ID, Area: r.Area, AtMs: r.AtMs, ActorKind: string(r.ActorKind), Actor: r.Actor, ActorName: r.ActorName,
		From: r.From, Request: r.Request, Action: r.Action, Subject: r.Subject, SubjectID: r.SubjectID,
		Before: rawJSON(r.Before), After: rawJSON(r.After),
	}
}

func rawJSON(text string) any {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}
