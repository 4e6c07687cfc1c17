package directory

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/directory/entry"
	"qunyan/internal/directory/reading"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Filter narrows a list of households; zero values take everything.
type Filter struct {
	Q     string    // a household number, or part of a name, or the beginning of its pinyin or initials
	Group core.Area // 0 all
	State string    // Active, Closed; "" all
}

// Households lists a village's households in the order of their heads' names. next is "" on the last page.
func (s *Service) Households(ctx context.Context, by core.Actor, village core.Area, filter Filter, page core.Page) (found []Household, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, next, err = listHouseholds(ctx, tx, village, filter, page)
		return err
	})
	return found, next, err
}

func listHouseholds(ctx context.Context, tx *store.Tx, village core.Area, filter Filter, page core.Page) (found []Household, next string, err error) {
	afterSort, afterID, err := readCursor(page.Cursor)
	if err != nil {
		return nil, "", err
	}
	limit := page.Size()
	take := func(r store.Row) error {
		h, err := scanHousehold(r)
		found = append(found, h)
		return err
	}
	args := []any{village, afterSort, afterID, filter.State, filter.Group}
	q := reading.Query(entry.Clean(filter.Q))
	number, isNumber := entry.Number(q)
	switch {
	case utf8.RuneCountInString(q) > entry.MaxName:
		return nil, "", nil
	case q == "":
		err = tx.Rows(ctx, householdsSQL, take, append(args, limit+1)...)
	case isNumber:
		err = tx.Rows(ctx, householdsByNumSQL, take, append(args, number, limit+1)...)
	default:
		pattern := likeText(q)
		err = tx.Rows(ctx, householdsByNamesSQL, take, append(args, "%"+pattern+"%", "% "+pattern+"%", limit+1)...)
	}
	if err != nil {
		return nil, "", err
	}
	if len(found) > limit {
		found = found[:limit]
		next = cursorOf(found[limit-1])
	}
	return found, next, nil
}

// cursorOf names a household's place in the list: its sorting key and its id.
func cursorOf(h Household) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(int64(h.ID), 36) + "|" + h.sort))
}

func readCursor(cursor string) (sort string, id core.ID, err error) {
	if cursor == "" {
		return "", 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	number, sort, found := strings.Cut(string(text), "|")
	n, bad := strconv.ParseInt(number, 36, 64)
	if err != nil || bad != nil || !found || !utf8.ValidString(sort) || strings.IndexByte(sort, 0) >= 0 {
		return "", 0, errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
	}
	return sort, core.ID(n), nil
}

// Household reads one household of a village.
func (s *Service) Household(ctx context.Context, by core.Actor, village core.Area, id core.ID) (found Household, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Household{}, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err = HouseholdByID(ctx, tx, village, id)
		return err
	})
	return found, err
}

// Residents lists the people of a household, the head first; those who left or died stand among them.
func (s *Service) Residents(ctx context.Context, by core.Actor, village core.Area, household core.ID) (found []Resident, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, err
	}
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := HouseholdByID(ctx, tx, village, household); err != nil {
			return err
		}
		found, err = residentsOf(ctx, tx, village, household)
		return err
	})
	return found, err
}
