package gatherings

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"qunyan/internal/access"
	"qunyan/internal/claims"
	"qunyan/internal/commands"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// How a code was shown. The one on a screen changes every minute; the one on paper holds for the door's hours.
const (
	OnScreen = "screen"
	OnPaper  = "print"
)

// CodeMinutes is how many minutes a code from the screen is taken: the one it is shown in, and some to type a PIN.
const CodeMinutes = 5

const (
	minuteMs = 60_000
	macBytes = 12 // 96 bits: nobody guesses one on the evening of a meeting
)

// Door is the code at a gathering's door: a help for whoever calls the roll, never a condition for being counted.
type Door struct {
	FromMin   int64 // minutes after midnight of the gathering's day
	ToMin     int64
	ByName    string
	ChangedMs int64

	secret []byte
}

// Codes are what is shown at the door now.
type Codes struct {
	Screen  string
	Print   string
	Seconds int64 // until the screen shows the next one
}

// Scan is a household that came through the door with its phone: a proposal for the roll.
type Scan struct {
	Gathering Gathering
	AtMs      int64
	How       string
}

const (
	sqlDoor    = `SELECT secret, from_min, to_min, by_name, changed_ms FROM gathering_door WHERE village = $1 AND gathering = $2`
	sqlPutDoor = `INSERT INTO gathering_door (village, gathering, secret, from_min, to_min, by_name, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (village, gathering) DO UPDATE SET secret = excluded.secret, from_min = excluded.from_min, to_min = excluded.to_min,
			by_name = excluded.by_name, changed_ms = excluded.changed_ms`
	sqlPutScan = `INSERT INTO gathering_scan (village, gathering, household, how, at_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (village, gathering, household) DO NOTHING`
	sqlScan = `SELECT how, at_ms FROM gathering_scan WHERE village = $1 AND gathering = $2 AND household = $3`
)

func doorOf(ctx context.Context, tx *store.Tx, village core.Area, id core.ID) (d Door, err error) {
	err = tx.Row(ctx, sqlDoor, village, id).Scan(&d.secret, &d.FromMin, &d.ToMin, &d.ByName, &d.ChangedMs)
	if errors.Is(err, store.ErrNone) {
		err = errs.New(errs.NotFound, "gatherings.no_door")
	}
	return d, err
}

// OpenDoor makes a new code for a gathering, good on its day from one minute to the other; every earlier code ends.
func (s *Service) OpenDoor(ctx context.Context, by core.Actor, village core.Area, id core.ID, fromMin, toMin int64) (Door, error) {
	if fromMin < 0 || toMin > lastMin || fromMin >= toMin {
		return Door{}, errors.Join(access.Require(by, access.OpHoldGathering, village), errs.New(errs.Invalid, "gatherings.bad_time").At("to_min"))
	}
	_, err := s.change(ctx, by, village, func(ctx context.Context, c *command) (core.ID, error) {
		if _, err := c.take(ctx, id, 0); err != nil {
			return 0, err
		}
		secret := make([]byte, sha256.Size)
		if _, err := rand.Read(secret); err != nil {
			return 0, fmt.Errorf("gatherings: a door's secret: %w", err)
		}
		if _, err := c.Tx.Exec(ctx, sqlPutDoor, village, id, secret, fromMin, toMin, by.Name, c.Now); err != nil {
			return 0, err
		}
		return id, c.Log(ctx, "gatherings.open_door", id, nil, map[string]any{"from_min": fromMin, "to_min": toMin})
	})
	if err != nil {
		return Door{}, err
	}
	_, d, _, err := s.Door(ctx, by, village, id)
	return d, err
}

// Door is what is shown at a gathering's door now; gatherings.no_door if nobody opened it. Only those who call the roll
// see the codes.
func (s *Service) Door(ctx context.Context, by core.Actor, village core.Area, id core.ID) (g Gathering, d Door, now Codes, err error) {
	if err := access.Require(by, access.OpHoldGathering, village); err != nil {
		return g, d, now, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if g, err = read(ctx, tx, village, id); err != nil {
			return err
		}
		d, err = doorOf(ctx, tx, village, id)
		return err
	})
	if err != nil {
		return g, d, now, err
	}
	ms := s.desk.Clock.Now()
	now.Screen, now.Print = d.code(village, id, OnScreen, ms/minuteMs), d.code(village, id, OnPaper, 0)
	now.Seconds = (minuteMs - ms%minuteMs + 999) / 1000
	return g, d, now, nil
}

// code writes a code: how it is shown, the minute, and a seal over both, the village and the gathering.
func (d Door) code(village core.Area, id core.ID, how string, minute int64) string {
	mac := hmac.New(sha256.New, d.secret)
	fmt.Fprintf(mac, "qunyan door 1\n%s\n%s\n%s\n%d\n", village, id, how, minute)
	return how[:1] + strconv.FormatInt(minute, 36) + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macBytes])
}

// read says how a code was shown, if it is one of this door; gatherings.bad_code and gatherings.code_expired otherwise.
func (d Door) read(village core.Area, id core.ID, code string, nowMs int64) (how string, err error) {
	head, _, _ := strings.Cut(code, ".")
	if head == "" {
		return "", errs.New(errs.Invalid, "gatherings.bad_code").At("code")
	}
	minute, err := strconv.ParseInt(head[1:], 36, 64)
	switch head[0] {
	case 's':
		how = OnScreen
	case 'p':
		how = OnPaper
	}
	if err != nil || how == "" || !hmac.Equal([]byte(code), []byte(d.code(village, id, how, minute))) {
		return "", errs.New(errs.Invalid, "gatherings.bad_code").At("code")
	}
	if age := nowMs/minuteMs - minute; how == OnScreen && (age < 0 || age >= CodeMinutes) {
		return "", errs.New(errs.Conflict, "gatherings.code_expired", "minutes", CodeMinutes)
	}
	return how, nil
}

// open says whether the door is open: on the gathering's day, within its hours.
func (d Door) open(day core.Day, nowMs int64) error {
	now := time.UnixMilli(nowMs).In(core.China())
	minute := int64(now.Hour()*60 + now.Minute())
	if core.DayOf(nowMs) != day || minute < d.FromMin || minute > d.ToMin {
		return errs.New(errs.Conflict, "gatherings.door_closed", "day", day.String(), "from", Clock(d.FromMin), "to", Clock(d.ToMin))
	}
	return nil
}

// ScanDoor records that the card's household is at the door, once however often it is scanned: the first time stays. It
// is no mark; whoever calls the roll confirms it.
func (s *Service) ScanDoor(ctx context.Context, by core.Actor, id core.ID, code string) (Scan, error) {
	var out Scan
	_, err := commands.Run(ctx, s.desk, by, access.OpUseCard, by.Village, func(ctx context.Context, c *commands.Command) (core.ID, error) {
		return id, scanDoor(ctx, c, id, code)
	})
	if err != nil {
		return out, err
	}
	err = s.desk.Store.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if out.Gathering, err = read(ctx, tx, by.Village, id); err != nil {
			return err
		}
		return tx.Row(ctx, sqlScan, by.Village, id, by.Household).Scan(&out.How, &out.AtMs)
	})
	return out, err
}

func scanDoor(ctx context.Context, c *commands.Command, id core.ID, code string) error {
	g, err := read(ctx, c.Tx, c.Village, id)
	if err != nil {
		return err
	}
	d, err := doorOf(ctx, c.Tx, c.Village, id)
	if err != nil {
		return err
	}
	how, err := d.read(c.Village, id, code, c.Now)
	if err != nil {
		return err
	}
	if g.State != Planned {
		return errs.New(errs.Conflict, "gatherings.roll_is_closed")
	}
	if err := d.open(g.Day, c.Now); err != nil {
		return err
	}
	if err := claims.CheckHousehold(ctx, c.Tx, c.Village, c.By.Household); err != nil {
		return err
	}
	n, err := c.Tx.Exec(ctx, sqlPutScan, c.Village, id, c.By.Household, how, c.Now)
	if err != nil || n == 0 {
		return err
	}
	return c.Log(ctx, "gatherings.scan_door", id, nil, map[string]any{"household": c.By.Household, "how": how})
}
