package core

import (
	"encoding/json"
	"fmt"
	"time"
)

// Clock tells the time. Everything that needs "now" is handed one, so that a test or the demo can live nine months in
// a minute.
type Clock interface {
	Now() int64 // Unix milliseconds
}

// SystemClock is the machine's clock, and the only caller of time.Now.
type SystemClock struct{}

// Now is the machine's time in Unix milliseconds.
func (SystemClock) Now() int64 { return time.Now().UnixMilli() }

// Started is a monotonic reading for measuring how long something took; use Since.
type Started struct{ at time.Time }

// Start begins a measurement.
func (SystemClock) Start() Started { return Started{time.Now()} }

// Elapsed is the time since Start, unharmed by a clock that is set back.
func (s Started) Elapsed() time.Duration { return time.Since(s.at) }

// chinaOffset: all of China keeps UTC+8 without daylight saving, so no time-zone data is needed on the machine.
const chinaOffset = 8 * 60 * 60

// China is the zone days and months are counted in.
func China() *time.Location { return time.FixedZone("UTC+8", chinaOffset) }

// Day is a calendar day as the number yyyymmdd, in China's time.
type Day int32

// DayOf is the day of a moment given in Unix milliseconds.
func DayOf(ms int64) Day { return dayOfTime(time.UnixMilli(ms).In(China())) }

func dayOfTime(t time.Time) Day { return Day(t.Year()*10000 + int(t.Month())*100 + t.Day()) }

func (d Day) time() time.Time {
	return time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100, 0, 0, 0, 0, China())
}

// Valid says whether d is a real day between 1949 and 2199.
func (d Day) Valid() bool { return d >= 19490101 && d <= 21991231 && dayOfTime(d.time()) == d }

// Add moves by whole days.
func (d Day) Add(days int) Day { return dayOfTime(d.time().AddDate(0, 0, days)) }

// Sub is the number of days from o to d.
func (d Day) Sub(o Day) int { return int(d.time().Sub(o.time()).Hours() / 24) }

// Month is the month the day lies in.
func (d Day) Month() Month { return Month(d / 100) }

// Ms is the first millisecond of the day in China.
func (d Day) Ms() int64 { return d.time().UnixMilli() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

// String writes 2026-09-08; "" for 0.
func (d Day) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", int(d)/10000, int(d)/100%100, int(d)%100)
}

// ParseDay reads 20260908 or 2026-09-08.
func ParseDay(s string) (Day, error) {
	layout := "20060102"
	if len(s) == 10 {
		layout = "2006-01-02"
	}
	t, err := time.Parse(layout, s)
	if err != nil || !dayOfTime(t).Valid() {
		return 0, fmt.Errorf("%w: day", ErrSyntax)
	}
	return dayOfTime(t), nil
}

// UnmarshalJSON reads the number yyyymmdd (0 is "no day") and refuses a day no calendar has.
func (d *Day) UnmarshalJSON(b []byte) error {
	var n int32
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("%w: day", ErrSyntax)
	}
	if n != 0 && !Day(n).Valid() {
		return fmt.Errorf("%w: day", ErrSyntax)
	}
	*d = Day(n)
	return nil
}

// Month is a calendar month as the number yyyymm.
type Month int32

// MonthOf is the month of a moment given in Unix milliseconds.
func MonthOf(ms int64) Month { return DayOf(ms).Month() }

// Valid says whether m is a real month between 1949 and 2199.
func (m Month) Valid() bool { return m.First().Valid() }

// First is the month's first day.
func (m Month) First() Day { return Day(m)*100 + 1 }

// Last is the month's last day.
func (m Month) Last() Day { return m.Next().First().Add(-1) }

// Next is the month after.
func (m Month) Next() Month { return m.Add(1) }

// Prev is the month before.
func (m Month) Prev() Month { return m.Add(-1) }

// Add moves by whole months.
func (m Month) Add(n int) Month {
	months := int(m)/100*12 + int(m)%100 - 1 + n
	return Month(months/12*100 + months%12 + 1)
}

// String writes 2026-09; "" for 0.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", int(m)/100, int(m)%100)
}
