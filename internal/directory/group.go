package directory

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// GroupInput is a new group or building.
type GroupInput struct {
	Village core.Area
	Name    string // 三组, 2号楼
	Kind    string // KindGroup or KindBuilding; "" is read off the name
}

// CreateGroup adds a group or building to a village. A name that another spelling of is there already is refused
// (directory.group_exists).
func (s *Service) CreateGroup(ctx context.Context, by core.Actor, in GroupInput) (made Area, err error) {
	if err := access.Require(by, access.OpEditHouseholds, in.Village); err != nil {
		return Area{}, err
	}
	name := entry.Clean(in.Name)
	if n := utf8.RuneCountInString(name); n < 1 || n > entry.MaxName {
		return Area{}, errs.New(errs.Invalid, "directory.bad_group_name", "most", entry.MaxName).At("name")
	}
	if in.Kind != "" && in.Kind != KindGroup && in.Kind != KindBuilding {
		return Area{}, errs.New(errs.Invalid, "directory.bad_kind").At("kind")
	}
	now := s.clock.Now()
	err = s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		code, err := store.Once(ctx, tx, by, in.Village, now, func() (core.Area, error) {
			a, err := createGroup(ctx, tx, in.Village, name, in.Kind)
			if err != nil {
				return 0, err
			}
			return a.Code, audit.Write(ctx, tx, by, s.ids.Next(), now, audit.Entry{Area: in.Village, Action: "directory.create_group",
				Subject: "area", SubjectID: a.Code.String(), After: map[string]any{"name": a.Name, "kind": a.Kind}})
		})
		if err != nil {
			return err
		}
		made, err = AreaByCode(ctx, tx, code)
		return err
	})
	return made, err
}

// createGroup gives the group the lowest code above those in use.
func createGroup(ctx context.Context, tx *store.Tx, village core.Area, name, kind string) (Area, error) {
	parent, err := AreaByCode(ctx, tx, village)
	if err != nil {
		return Area{}, err
	}
	key := entry.GroupKey(name, parent.Short)
	for {
		groups, err := AreasIn(ctx, tx, village)
		if err != nil {
			return Area{}, err
		}
		code := village*1000 + 1
		for _, g := range groups {
			if entry.GroupKey(g.Name, parent.Short) == key {
				return Area{}, errs.New(errs.Conflict, "directory.group_exists", "name", g.Name).At("name")
			}
			code = max(code, g.Code+1)
		}
		if code.Parent() != village {
			return Area{}, errs.New(errs.Conflict, "directory.too_many_groups")
		}
		a := NewArea(code, name)
		a.Sort = groupOrder(key, int64(code%1000))
		if kind != "" {
			a.Kind = kind
		}
		n, err := tx.Exec(ctx, insertAreaSQL, a.Code, a.Parent, a.Kind, a.Name, a.Short, a.pinyin, a.initials, a.Sort)
		if err != nil || n == 1 {
			return a, err
		}
		// Somebody else took the code between reading and writing; their group is there to be read now.
	}
}

// groupOrder lists numbered groups by their number and the others behind them, as they were made.
func groupOrder(key string, made int64) int64 {
	number := strings.TrimRight(key, "组栋")
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && n < 1000 {
		return n
	}
	return 1000 + made
}
