package claims

import (
	"context"
	"strconv"
	"strings"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// Share is what one household gets from a month's list: its claims that are approved, on a notice or posted.
type Share struct {
	Household core.ID
	Number    int64
	Group     string
	Head      string
	Claims    int64
	Earned    core.Points
	Deducted  core.Points // as judged; what is really taken is known at the close
	Frozen    int64       // claims that wait for an answer
}

// sqlShares takes a name, the beginning of a name's initials, or a number: $3 is a pattern, $4 the initials, $5 the number.
const sqlShares = `SELECT h.id, h.number, COALESCE(g.name, ''), h.head, COUNT(*),
		CAST(SUM(CASE WHEN c.points > 0 THEN c.points ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN c.points < 0 THEN -c.points ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN c.state = 'frozen' THEN 1 ELSE 0 END) AS BIGINT)
	FROM claim c
	JOIN household h ON h.village = c.village AND h.id = c.household
	LEFT JOIN area g ON g.code = h.grp
	WHERE c.village = $1 AND c.state IN ('approved', 'noticed', 'frozen') AND c.month = $2
		AND (h.head LIKE $3 ESCAPE '\' OR h.initials LIKE $4 ESCAPE '\' OR h.number = $5) AND h.number > $6
	GROUP BY h.id, h.number, g.name, h.head ORDER BY h.number LIMIT $7`

// Shares lists what each household gets from a month, in the order of the village's list; find narrows it to a number, a
// name or the initials of one.
func (s *Service) Shares(ctx context.Context, by core.Actor, village core.Area, month core.Month, find string, page core.Page) (list []Share, next string, err error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return nil, "", err
	}
	if err := validMonth(month); err != nil {
		return nil, "", err
	}
	after := int64(0)
	if page.Cursor != "" {
		if after, err = strconv.ParseInt(page.Cursor, 10, 64); err != nil || after < 1 {
			return nil, "", errs.New(errs.Invalid, "input.bad_cursor").At("cursor")
		}
	}
	find = strings.NewReplacer("\x00", "", `\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.TrimSpace(find))
	number, _ := strconv.ParseInt(find, 10, 64) // what is no number is looked for as a name
	err = s.st.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, sqlShares, func(r store.Row) error {
			var one Share
			err := r.Scan(&one.Household, &one.Number, &one.Group, &one.Head, &one.Claims, &one.Earned, &one.Deducted, &one.Frozen)
			list = append(list, one)
			return err
		}, village, month, "%"+find+"%", strings.ToLower(find)+"%", number, after, page.Size()+1)
	})
	if len(list) > page.Size() {
		list = list[:page.Size()]
		next = strconv.FormatInt(list[len(list)-1].Number, 10)
	}
	return list, next, err
}
