package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"qunyan/internal/core"
)

// Archives that we name ourselves, and the folders they are written in.
const (
	namePrefix = "qunyan-"
	nameSuffix = ".tar.gz"
	nameTime   = "20060102-150405" // China's time
	partPrefix = ".qunyan-"
	partSuffix = ".part"
)

func nameOf(at time.Time) string { return namePrefix + at.Format(nameTime) + nameSuffix }

// timeOf reads a name that nameOf wrote.
func timeOf(name string) (time.Time, bool) {
	middle, ok := strings.CutPrefix(name, namePrefix)
	middle, ok2 := strings.CutSuffix(middle, nameSuffix)
	at, err := time.ParseInLocation(nameTime, middle, core.China())
	return at, ok && ok2 && err == nil
}

// abandonedAfter is how long nothing may have been written to a folder before it is what a killed backup left behind.
const abandonedAfter = 24 * time.Hour

// sweep removes what killed backups left in a folder.
func sweep(dir string, now time.Time) error {
	left, err := filepath.Glob(filepath.Join(dir, partPrefix+"*"+partSuffix))
	if err != nil {
		return err
	}
	for _, part := range left {
		touched := time.Time{}
		err := filepath.WalkDir(part, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.ModTime().After(touched) {
				touched = info.ModTime()
			}
			return err
		})
		if errors.Is(err, fs.ErrNotExist) { // another backup is just done
			continue
		}
		if err == nil && now.Sub(touched) > abandonedAfter {
			err = os.RemoveAll(part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Retention says which backups of a folder stay: the newest few, and the newest of each of the last days, weeks and months
// that have one.
type Retention struct{ Newest, Days, Weeks, Months int }

var retentionForm = regexp.MustCompile(`^([1-9][0-9]{0,3})$|^(?:([1-9][0-9]{0,3})d)?(?:([1-9][0-9]{0,3})w)?(?:([1-9][0-9]{0,3})m)?$`)

// ParseRetention reads "14" (the newest fourteen) or "7d4w12m" (one a day for seven days, one a week for four weeks, one
// a month for twelve months; each part may be left out).
func ParseRetention(text string) (Retention, error) {
	m := retentionForm.FindStringSubmatch(text)
	if m == nil || text == "" {
		return Retention{}, fmt.Errorf("%q is neither a number of backups nor like 7d4w12m", text)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits only; nothing is 0
	}
	return Retention{n[0], n[1], n[2], n[3]}, nil
}

// Prune removes from a folder the backups that a retention does not keep, and says how many. Files that it did not name
// are left alone, and so is the newest backup, always.
func Prune(dir string, keep Retention) (removed int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	var all []time.Time
	for _, e := range entries {
		if at, ok := timeOf(e.Name()); ok && e.Type().IsRegular() {
			all = append(all, at)
		}
	}
	stays := keep.choose(all)
	for _, at := range all {
		if stays[at] {
			continue
		}
		if err := os.Remove(filepath.Join(dir, nameOf(at))); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func (r Retention) choose(all []time.Time) map[time.Time]bool {
	slices.SortFunc(all, func(a, b time.Time) int { return b.Compare(a) }) // the newest first
	stays := map[time.Time]bool{}
	for _, class := range []struct {
		most   int
		period func(time.Time) string
	}{
		{max(r.Newest, 1), func(at time.Time) string { return at.Format(nameTime) }},
		{r.Days, func(at time.Time) string { return at.Format("20060102") }},
		{r.Weeks, func(at time.Time) string { y, w := at.ISOWeek(); return fmt.Sprint(y, w) }},
		{r.Months, func(at time.Time) string { return at.Format("200601") }},
	} {
		seen := map[string]bool{}
		for _, at := range all {
			if period := class.period(at); !seen[period] && len(seen) < class.most {
				seen[period] = true
				stays[at] = true
			}
		}
	}
	return stays
}
