package claims_test

import (
	"context"
	"fmt"
	"testing"

	"qunyan/internal/claims"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/store/storetest"
)

// day one of every test: the tenth of September 2026.
const startDay core.Day = 20260910

// place is a village with rules, households and the people who run it.
type place struct {
	t       testing.TB
	st      *store.Store
	clock   *storetest.Clock
	ids     *core.IDs
	claims  *claims.Service
	village core.Area
	homes   []core.ID
	keys    int

	secretary, clerk, supervisor, keeper, township, auditor core.Actor
}

// newPlace makes a village of n households with 100 base points each.
func newPlace(t testing.TB, n int) *place {
	t.Helper()
	return settle(t, storetest.Open(t), storetest.NewClock(startDay), n)
}

// settle makes a village in a store that may hold others.
func settle(t testing.TB, st *store.Store, clock *storetest.Clock, n int) *place {
	t.Helper()
	p := &place{t: t, st: st, clock: clock, ids: core.NewIDs(clock), village: storetest.Village()}
	p.claims = claims.New(st, clock, p.ids, claims.Options{})
	p.secretary = p.staff("刘支书", core.RoleSecretary, p.village)
	p.clerk = p.staff("张文书", core.RoleClerk, p.village)
	p.supervisor = p.staff("赵监督", core.RoleSupervisor, p.village)
	p.keeper = p.staff("孙管理", core.RoleKeeper, p.village)
	p.township = p.staff("周乡镇", core.RoleTownship, p.village.Parent())
	p.auditor = p.staff("吴审计", core.RoleAuditor, p.village.Parent().Parent())
	p.tx(func(ctx context.Context, tx *store.Tx) error {
		if err := p.adoptRules(ctx, tx); err != nil {
			return err
		}
		return p.addHomes(ctx, tx, n)
	})
	return p
}

func (p *place) staff(name string, role core.Role, area core.Area) core.Actor {
	return core.Actor{Kind: core.StaffActor, ID: p.ids.Next(), Name: name, Grants: []core.Grant{{Role: role, Area: area}}}
}

// card is the unlocked card of the i-th household.
func (p *place) card(i int) core.Actor {
	return core.Actor{Kind: core.CardActor, ID: p.homes[i] + 1, Village: p.village, Household: p.homes[i], Unlocked: true, From: "10.0.0.1"}
}

func (p *place) public(from string) core.Actor { return core.Actor{From: from} }

func (p *place) tx(fn func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	if err := p.st.Tx(context.Background(), fn); err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) view(fn func(ctx context.Context, tx *store.Tx) error) {
	p.t.Helper()
	if err := p.st.View(context.Background(), fn); err != nil {
		p.t.Fatal(err)
	}
}

const putRuleset = `INSERT INTO ruleset (village, version, title, state, base_version, from_day, vote_day, vote_due, vote_present, vote_for,
		minutes_no, notice_days, created_ms, changed_ms, by_name)
	VALUES ($1, $2, '积分细则', 'published', 1, $3, $3, 30, 25, 20, '2026-1', 3, 0, 0, '刘支书')`

const putRule = `INSERT INTO rule (village, version, code, sort, category, kind, text_zh, text_en, points, points_min, points_max, scale, per,
		unit_zh, unit_en, cap_period, cap_points, cap_count, proof_zh, proof_en, approver, self)
	VALUES ($1, $2, $3, 1, $4, 'contribution', $5, $6, $7, -1000, 1000, $8, $9, '', '', $10, $11, $12, '', '', $13, $14)`

type testRule struct {
	code, category, zh, en string
	points                 int64
	scale, per, period     string
	capPoints, capCount    int64
	approver               string
	self                   bool
}

func testRules() []testRule {
	return []testRule{
		{"A01", "council", "按时参加群众会", "Attends the villagers' meeting", 2, "", "event", "event", 0, 1, "leader", false},
		{"A02", "council", "建议被采纳", "Suggestion adopted", 10, "", "event", "month", 20, 0, "committees", true},
		{"B02", "environment", "公共区域大扫除", "Public clean-up", 5, "", "unit", "month", 20, 0, "leader", true},
		{"D02", "volunteer", "抢险救人", "Saves life or property", 50, "", "event", "", 0, 0, "township", true},
		{"E01", "honour", "获得表彰", "Commendation", 5, `[{"label_zh":"村级","label_en":"village","points":5},{"label_zh":"乡级","label_en":"township","points":10}]`, "event", "event", 0, 1, "committees", false},
		{"M01", "deduction", "乱倒垃圾经提醒不改", "Litter not corrected", -2, "", "event", "week", 0, 1, "appraisal", false},
		{"M03", "deduction", "损坏公共设施", "Damages a public facility", -60, "", "event", "", 0, 0, "committees", false},
	}
}

func (p *place) adoptRules(ctx context.Context, tx *store.Tx) error {
	if _, err := tx.Exec(ctx, putRuleset, p.village, 1, 20260101); err != nil {
		return err
	}
	return p.putRules(ctx, tx, 1, testRules())
}

func (p *place) putRules(ctx context.Context, tx *store.Tx, version int, rules []testRule) error {
	return tx.Many(ctx, putRule, len(rules), func(i int) []any {
		r := rules[i]
		return []any{p.village, version, r.code, r.category, r.zh, r.en, r.points, r.scale, r.per, r.period, r.capPoints, r.capCount, r.approver, r.self}
	})
}

const putArea = `INSERT INTO area (code, parent, kind, name, short, pinyin, initials, sort) VALUES ($1, $2, $3, $4, $4, '', '', 1)
	ON CONFLICT (code) DO NOTHING`

const putHome = `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
	VALUES ($1, $2, $3, $4, $5, '', '', '', 0, 3, 'active', 1, 0, 0)`

func (p *place) addHomes(ctx context.Context, tx *store.Tx, n int) error {
	groups := []string{"一组", "二组", "三组"}
	for i, name := range groups {
		if _, err := tx.Exec(ctx, putArea, p.village*1000+core.Area(i+1), p.village, "group", name); err != nil {
			return err
		}
	}
	for range n {
		p.homes = append(p.homes, p.ids.Next())
	}
	heads := []string{"王建国", "李芬", "陈永贵", "欧阳明"}
	err := tx.Many(ctx, putHome, n, func(i int) []any {
		return []any{p.village, p.homes[i], p.village*1000 + core.Area(i%3+1), i + 1, heads[i%len(heads)]}
	})
	if err != nil {
		return err
	}
	open := make([][]ledger.Entry, n)
	for i := range open {
		open[i] = []ledger.Entry{{Kind: ledger.Opening, Owner: p.homes[i], Amount: 100, Ref: p.homes[i], MemoZh: "开户"}}
	}
	_, err = ledger.PostMany(ctx, tx, ledger.Stamp{Village: p.village, NowMs: p.clock.Now()}, open)
	return err
}

// deed is a plain deed of the i-th household, done today.
func (p *place) deed(home int, rule string) claims.Deed {
	return claims.Deed{Household: p.homes[home], Rule: rule, Day: core.DayOf(p.clock.Now()), Qty: 1, Step: -1}
}

func (p *place) submit(by core.Actor, d claims.Deed) claims.Claim {
	p.t.Helper()
	c, err := p.claims.Submit(context.Background(), by, p.village, d)
	if err != nil {
		p.t.Fatalf("submit %s: %v", d.Rule, err)
	}
	return c
}

func (p *place) approve(by core.Actor, id core.ID) claims.Claim {
	p.t.Helper()
	c, err := p.claims.Approve(context.Background(), by, p.village, claims.Seen{ID: id})
	if err != nil {
		p.t.Fatalf("approve: %v", err)
	}
	return c
}

func (p *place) publish(month core.Month) claims.Notice {
	p.t.Helper()
	n, err := p.claims.PublishNotice(context.Background(), p.clerk, p.village, month, 0)
	if err != nil {
		p.t.Fatalf("publish %d: %v", month, err)
	}
	return n
}

func (p *place) close(month core.Month) ledger.Closing {
	p.t.Helper()
	c, err := p.claims.Close(context.Background(), p.secretary, p.village, month)
	if err != nil {
		p.t.Fatalf("close %d: %v", month, err)
	}
	return c
}

func (p *place) claim(id core.ID) claims.Claim {
	p.t.Helper()
	c, err := p.claims.Claim(context.Background(), p.secretary, p.village, id)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

func (p *place) spendable(home int) (points core.Points) {
	p.t.Helper()
	p.view(func(ctx context.Context, tx *store.Tx) error {
		b, err := ledger.BalancesOf(ctx, tx, p.village, p.homes[home], p.clock.Now())
		points = b.Spendable
		return err
	})
	return points
}

func (p *place) base(home int) (points core.Points) {
	p.t.Helper()
	p.view(func(ctx context.Context, tx *store.Tx) error {
		b, err := ledger.BalancesOf(ctx, tx, p.village, p.homes[home], p.clock.Now())
		points = b.Base
		return err
	})
	return points
}

// wants fails the test unless err has the code; "" wants no error.
func (p *place) wants(err error, code string) {
	p.t.Helper()
	if err == nil {
		if code != "" {
			p.t.Fatalf("got no error, want %s", code)
		}
		return
	}
	if got := errs.CodeOf(err); got != code {
		p.t.Fatalf("got %v, want %q", err, code)
	}
}

// intent gives the actor a wish of its own.
func (p *place) intent(by core.Actor) core.Actor {
	p.keys++
	by.Intent = core.Intent{Key: fmt.Sprintf("key-%06d", p.keys)}
	return by
}

// balanced fails the test if imbalance finds anything.
func (p *place) balanced() {
	p.t.Helper()
	if found := p.imbalance(); found != "" {
		p.t.Error(found)
	}
}

// imbalance holds the village to what must always be true: the points posted for claims are the book's lines, no claim
// is in the book twice, and the counters are what counting again gives. It says what is not so.
func (p *place) imbalance() (found string) {
	p.t.Helper()
	const booked = `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT), COUNT(*) FROM line WHERE village = $1 AND kind = $2`
	const twice = `SELECT COUNT(*), COUNT(DISTINCT ref) FROM line WHERE village = $1 AND kind BETWEEN 2 AND 3`
	const posted = `SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT), COUNT(*) FROM claim c JOIN book b ON b.village = c.village
		WHERE c.village = $1 AND c.state = 'noticed' AND c.month <= b.closed AND c.points > 0`
	p.view(func(ctx context.Context, tx *store.Tx) error {
		var inBook, lines, all, distinct, inClaims, n int64
		if err := tx.Row(ctx, booked, p.village, ledger.Earned).Scan(&inBook, &lines); err != nil {
			return err
		}
		if err := tx.Row(ctx, twice, p.village).Scan(&all, &distinct); err != nil {
			return err
		}
		if err := tx.Row(ctx, posted, p.village).Scan(&inClaims, &n); err != nil {
			return err
		}
		if inBook != inClaims || lines != n || all != distinct {
			found = fmt.Sprintf("the book has %d points on %d lines, the claims %d on %d; %d lines for %d claims", inBook, lines, inClaims, n, all, distinct)
			return nil
		}
		var err error
		found, err = p.counted(ctx, tx)
		return err
	})
	return found
}

func (p *place) counted(ctx context.Context, tx *store.Tx) (string, error) {
	const kept = `SELECT month, item, n, amount FROM tally WHERE village = $1 AND topic = 'claim' AND (n <> 0 OR amount <> 0)`
	const again = `SELECT c.month, CASE WHEN c.state = 'noticed' AND c.month <= b.closed THEN 'posted' ELSE c.state END AS now,
			COUNT(*), CAST(SUM(c.points) AS BIGINT)
		FROM claim c JOIN book b ON b.village = c.village WHERE c.village = $1 GROUP BY c.month, now`
	type key struct {
		month int64
		item  string
	}
	read := func(rows func(scan func(store.Row) error) error) (map[key][2]int64, error) {
		all := map[key][2]int64{}
		err := rows(func(r store.Row) error {
			var k key
			var n, points int64
			err := r.Scan(&k.month, &k.item, &n, &points)
			all[k] = [2]int64{n, points}
			return err
		})
		return all, err
	}
	a, err := read(func(scan func(store.Row) error) error { return tx.Rows(ctx, kept, scan, p.village) })
	if err != nil {
		return "", err
	}
	b, err := read(func(scan func(store.Row) error) error { return tx.Rows(ctx, again, scan, p.village) })
	if err != nil {
		return "", err
	}
	if fmt.Sprint(a) != fmt.Sprint(b) {
		return fmt.Sprintf("counters say %v, counting again %v", a, b), nil
	}
	return "", nil
}

// asSeen are claims as they are now.
func asSeen(ids ...core.ID) (all []claims.Seen) {
	for _, id := range ids {
		all = append(all, claims.Seen{ID: id})
	}
	return all
}
