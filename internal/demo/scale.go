package demo

import (
	"fmt"

	"qunyan/internal/core"
)

// Scale is how much history is made.
type Scale struct {
	Name     string
	Months   int // closed months before the one in progress
	Shops    int // villages and communities with a shop
	Villages int // with households and a life of their own; the shops of the others open and stay full
	Least    int // fewest households of such a village
	Most     int // and most
	Shown    int // households of the village that is shown around

	Meeting int // of a hundred households, how many the most willing village brings to a meeting
	Cleanup int
	Rating  int // how many yards are rated best or clean
	Singles int // claims typed in one by one in a month

	Visits int // to each shop over the whole time
	Cart   int // thousandths of points handed over at a visit, on average

	// Plenty is for looking around: more money than the county's start and dearer goods where people live, and rules in
	// every village with a shop.
	Plenty bool
}

// paperShops is how many of the county's villages and communities have a points supermarket: the newspaper counts 578,
// the statistics bureau's list has six more names.
const paperShops = 578

// StartMoney is what the county gives each shop.
const StartMoney core.Fen = 1_000_00

// Default is ready in half a minute: every shop open, two dozen villages with nine months of life.
func Default() Scale {
	return Scale{
		Name: "default", Months: 9, Shops: paperShops, Villages: 22, Least: 30, Most: 60, Shown: 96,
		Meeting: 65, Cleanup: 22, Rating: 30, Singles: 6, Visits: 150, Cart: 8_000, Plenty: true,
	}
}

// County is a year of the whole county with the totals of the newspaper's page (domain.md §1): 578 shops with 1,000 yuan
// each, 300,000 redemptions, 787,500 points. That few points from so many households means few of them took part in a
// month.
func County() Scale {
	return Scale{
		Name: "county", Months: 12, Shops: paperShops, Villages: paperShops, Least: 300, Most: 420, Shown: 360,
		Meeting: 6, Cleanup: 2, Rating: 1, Singles: 2, Visits: 532, Cart: 2_625,
	}
}

// ScaleOf finds a scale by its name.
func ScaleOf(name string) (Scale, error) {
	for _, s := range []Scale{Default(), County()} {
		if s.Name == name {
			return s, nil
		}
	}
	return Scale{}, fmt.Errorf("there is no scale %q; known are default and county", name)
}

// calendar is where history begins and ends.
type calendar struct {
	setup core.Month // rules are voted and shops open
	first core.Month // the rules come into force
	open  core.Month // the month in progress; before it all are closed
	today core.Day
}

// young is the day of a month until which the month before counts as the one in progress: nothing has happened yet in
// the new one.
const young = 6

func calendarOf(today core.Day, months int) calendar {
	c := calendar{open: today.Month(), today: today}
	if today%100 < young {
		c.open = c.open.Prev()
	}
	c.first = c.open.Add(-months)
	c.setup = c.first.Prev()
	return c
}

// start is the morning on which the county is set up.
func (c calendar) start() core.Day { return c.setup.First().Add(9) }
