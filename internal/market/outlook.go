package market

import (
	"context"
	"slices"

	"qunyan/internal/access"
	"qunyan/internal/core"
	"qunyan/internal/ledger"
	"qunyan/internal/store"
	"qunyan/internal/tally"
)

// How far the forecast looks ahead and back, and after how many months without a redemption points count as dormant.
const (
	AheadMonths   = 12
	historyMonths = 12
	dormantMonths = 6
)

// Outlook says whether a shop can honour the points its village has given, now and in the months ahead (domain.md §4: shops
// die of money). Money in fen, points whole; nothing in it is random, so the same history gives the same outlook.
type Outlook struct {
	Rate      core.Fen    `json:"rate_fen"`                                          // a point is worth
	Points    core.Points `json:"points"`                                            // that can be spent
	Dormant   core.Points `json:"dormant"`                                           // of them, held by households that redeemed nothing for six months
	Liability core.Fen    `json:"liability_fen"`                                     // those points at the village's rate
	Fund      core.Fen    `json:"fund_fen"`                                          // money left
	Stock     core.Fen    `json:"stock_fen"`                                         // goods at cost
	Cover     core.Fen    `json:"cover_fen"`                                         // fund and nine tenths of the stock: not all goods are ever wanted
	Short     core.Fen    `json:"short_fen"`                                         // what the cover lacks; 0 if nothing
	State     string      `json:"state" enum:"covered,runs_out,short,no_history"`    // no_history: covered today, and nothing known of the months ahead
	History   int         `json:"history"`                                           // months of its own that the forecast stands on; 0: there is none
	Low       Path        `json:"low" doc:"few points given, few redeemed"`          // of the fan
	Middle    Path        `json:"middle" doc:"a month as most months were"`          // of the fan
	High      Path        `json:"high" doc:"many given, many redeemed, dormant too"` // of the fan
	Months    []PastMonth `json:"months" doc:"the history, oldest first"`            // closed by the calendar
}

// PastMonth is a month of the history.
type PastMonth struct {
	Month    core.Month  `json:"month"`
	Earned   core.Points `json:"earned"`
	Redeemed core.Points `json:"redeemed"`
	Permille int64       `json:"permille"` // redeemed of what could be spent in it
}

// Path is one way the months ahead may go, if no more money comes.
type Path struct {
	Earned   core.Points  `json:"earned"`   // points given each month
	Permille int64        `json:"permille"` // of what can be spent, redeemed each month
	Months   []AheadMonth `json:"months"`
	RunsOut  core.Month   `json:"runs_out"` // first month the cover does not last; 0 if it lasts
	Remedy   Remedy       `json:"remedy"`
}

// AheadMonth is the end of a month to come.
type AheadMonth struct {
	Month  core.Month  `json:"month"`
	Points core.Points `json:"points"`    // that can be spent
	Cover  core.Fen    `json:"cover_fen"` // below 0: what is missing
}

// Remedy is what would make the cover last the twelve months, each on its own; all 0 where nothing is needed.
type Remedy struct {
	Grant  core.Fen    `json:"grant_fen"` // more money
	Rate   core.Fen    `json:"rate_fen"`  // or another rate; 0 if none helps
	Budget core.Points `json:"budget"`    // or at most so many points given a month; -1 if not even none helps
}

// Outlook reckons the outlook of a village's shop.
func (s *Service) Outlook(ctx context.Context, by core.Actor, village core.Area) (Outlook, error) {
	if err := access.Require(by, access.OpReadVillage, village); err != nil {
		return Outlook{}, err
	}
	today := core.DayOf(s.clock.Now())
	var o Outlook
	err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		o, err = outlookOf(ctx, tx, village, today)
		return err
	})
	return o, err
}

func outlookOf(ctx context.Context, tx *store.Tx, village core.Area, today core.Day) (Outlook, error) {
	shop, err := shopOf(ctx, tx, village)
	if err != nil {
		return Outlook{}, err
	}
	o := Outlook{Rate: shop.Rate}
	if err := o.readNow(ctx, tx, village, today); err != nil {
		return o, err
	}
	months, err := monthsOf(ctx, tx, village, today.Month())
	if err != nil {
		return o, err
	}
	o.judge(months, today.Month())
	return o, nil
}

// readNow reads what is owed and what there is.
func (o *Outlook) readNow(ctx context.Context, tx *store.Tx, village core.Area, today core.Day) error {
	fund, err := ledger.Balance(ctx, tx, village, ledger.ShopFund, 0)
	if err != nil {
		return err
	}
	stock, err := ledger.Balance(ctx, tx, village, ledger.ShopStock, 0)
	if err != nil {
		return err
	}
	o.Fund, o.Stock = core.Fen(fund), core.Fen(stock)
	if err := tx.Row(ctx, sqlSpendable, village, int64(ledger.HouseholdSpendable)).Scan(&o.Points); err != nil {
		return err
	}
	since := today.Month().Add(-dormantMonths).First()
	return tx.Row(ctx, sqlDormant, village, int64(ledger.HouseholdSpendable), since).Scan(&o.Dormant)
}

const sqlSpendable = `SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM account WHERE village = $1 AND kind = $2`

const sqlDormant = `SELECT CAST(COALESCE(SUM(a.balance), 0) AS BIGINT) FROM account a
	WHERE a.village = $1 AND a.kind = $2 AND a.balance > 0 AND NOT EXISTS (
		SELECT 1 FROM redemption r WHERE r.village = $1 AND r.household = a.owner AND r.day >= $3 AND r.state = 'settled')`

const sqlMonths = `SELECT month, topic, CAST(SUM(amount) AS BIGINT) FROM tally
	WHERE village = $1 AND month BETWEEN $2 AND $3 AND topic IN ($4, $5) GROUP BY month, topic ORDER BY month, topic`

// monthsOf reads the history up to and with the running month, oldest first, from the first month in which anything
// happened.
func monthsOf(ctx context.Context, tx *store.Tx, village core.Area, now core.Month) ([]PastMonth, error) {
	months, at := []PastMonth{}, map[core.Month]int{}
	err := tx.Rows(ctx, sqlMonths, func(r store.Row) error {
		var month core.Month
		var topic string
		var points core.Points
		if err := r.Scan(&month, &topic, &points); err != nil {
			return err
		}
		for next := month; len(months) == 0 || months[len(months)-1].Month < month; {
			if len(months) > 0 {
				next = months[len(months)-1].Month.Next()
			}
			at[next] = len(months)
			months = append(months, PastMonth{Month: next})
		}
		if topic == tally.Earned {
			months[at[month]].Earned = points
		} else {
			months[at[month]].Redeemed = points
		}
		return nil
	}, village, now.Add(-historyMonths), now, tally.Earned, tally.Redeemed)
	return months, err
}

// judge makes the outlook out of what is read. The running month is not over, so it only leads back to the balances of those
// before it.
func (o *Outlook) judge(months []PastMonth, now core.Month) {
	o.Liability = core.Fen(o.Points) * o.Rate
	o.Cover = o.Fund + o.Stock*9/10
	o.Short = max(o.Liability-o.Cover, 0)
	spendable := o.Points
	for i, m := range slices.Backward(months) {
		could := spendable + m.Redeemed // at the month's end, had nobody redeemed
		if could > 0 {
			months[i].Permille = min(max(int64(m.Redeemed)*1000/int64(could), 0), 1000)
		}
		spendable = could - m.Earned
	}
	o.Months = slices.DeleteFunc(months, func(m PastMonth) bool { return m.Month >= now })
	o.History = len(o.Months)
	active := o.Points - o.Dormant
	o.Low, o.Middle, o.High = o.path(now, 0, active), o.path(now, 1, active), o.path(now, 2, o.Points)
	switch {
	case o.Short > 0:
		o.State = "short"
	case o.History == 0:
		o.State = "no_history"
	case o.Middle.RunsOut != 0:
		o.State = "runs_out"
	default:
		o.State = "covered"
	}
}

// path goes one way of the fan: with the lower quartile, the median or the upper quartile of the history. awake is how many of
// today's points are not dormant.
func (o *Outlook) path(now core.Month, way int, awake core.Points) Path {
	p := Path{Months: []AheadMonth{}}
	if o.History == 0 {
		return p
	}
	earned, permille := make([]int64, 0, o.History), make([]int64, 0, o.History)
	for _, m := range o.Months {
		earned, permille = append(earned, int64(m.Earned)), append(permille, m.Permille)
	}
	p.Earned, p.Permille = core.Points(max(quartile(earned, way), 0)), quartile(permille, way)
	asleep := o.Points - awake
	p.Months, p.RunsOut = o.walk(now, p.Earned, p.Permille, awake, asleep)
	if p.RunsOut != 0 {
		p.Remedy = o.remedy(now, p, awake, asleep)
	}
	return p
}

// walk goes through the months ahead.
func (o *Outlook) walk(now core.Month, earned core.Points, permille int64, awake, asleep core.Points) (months []AheadMonth, runsOut core.Month) {
	cover := o.Cover
	for range AheadMonths {
		now = now.Next()
		awake += earned
		redeemed := awake * core.Points(permille) / 1000
		awake -= redeemed
		cover -= core.Fen(redeemed) * o.Rate
		if cover < 0 && runsOut == 0 {
			runsOut = now
		}
		months = append(months, AheadMonth{Month: now, Points: awake + asleep, Cover: cover})
	}
	return months, runsOut
}

// remedy finds what would make the path last.
func (o *Outlook) remedy(now core.Month, p Path, awake, asleep core.Points) Remedy {
	lacks := -p.Months[len(p.Months)-1].Cover
	r := Remedy{Grant: lacks, Budget: -1}
	if redeemed := (o.Cover + lacks) / o.Rate; redeemed > 0 {
		r.Rate = o.Cover / redeemed
	}
	least, most := core.Points(0), p.Earned
	for least < most { // the largest budget that lasts; more points never make it last longer
		half := least + (most-least+1)/2
		if _, out := o.walk(now, half, p.Permille, awake, asleep); out == 0 {
			least = half
		} else {
			most = half - 1
		}
	}
	if _, out := o.walk(now, least, p.Permille, awake, asleep); out == 0 {
		r.Budget = least
	}
	return r
}

// quartile is the lower quartile (0), the median (1) or the upper quartile (2) of numbers: always one of them, so that it
// really happened; between two, the lower for the lower quartile and the higher for the others. It sorts them.
func quartile(numbers []int64, which int) int64 {
	slices.Sort(numbers)
	round := [3]int{0, 2, 3}
	return numbers[((len(numbers)-1)*(which+1)+round[which])/4]
}
