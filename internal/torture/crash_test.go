package torture

import (
	"encoding/json"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/store/storetest"
)

// background is what goes on while clients write and the server dies. step does one thing of the kind, such as closing
// a month, and says whether it was answered; it is called until it was not.
type background struct {
	name  string
	kills int
	step  func(c *crash) bool
	slow  bool // longer than most rounds: every other one lets one come to its end
}

// Something new that runs beside the writes (and must survive a kill) belongs into this table.
func backgrounds() []background {
	return []background{
		{"nothing else", 20, nil, false},
		{"a month closes", 16, (*crash).closeMonth, false},
		{"an import runs", 12, (*crash).importHouseholds, false},
		{"a backup runs", 8, (*crash).backUp, true},
	}
}

// crash is a server that is killed again and again, and the clients that live through it.
type crash struct {
	t       *testing.T
	world   *world
	binary  string
	clients []*client
	also    *client // does what goes on in the background

	imported bool
	backup   process // that runs
	backups  []string
	rounds   int
	ended    chan struct{} // tells of each backup that ended by itself
	cut      int           // what the background began and a kill cut off
}

// TestAKilledServerKeepsItsWord kills the server at random moments. TORTURE_TIMES makes the loop that many times longer.
func TestAKilledServerKeepsItsWord(t *testing.T) {
	binary, data, db := binary(t), t.TempDir(), storetest.URL(t)
	c := &crash{t: t, ended: make(chan struct{}, 1<<10), binary: binary, world: newWorld(t, data, db, 3, 12)}
	first := start(t, binary, data, db)
	for _, s := range c.world.shops {
		c.clients = append(c.clients, office(t, first.url, s, c.world.today)...)
	}
	c.also = signIn(t, first.url, "secretary")
	first.stop()
	before := readBook(t, c.world)
	times := 1
	if text := os.Getenv("TORTURE_TIMES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("TORTURE_TIMES: %v", err)
		}
		times = n
	}
	for range times {
		for _, b := range backgrounds() {
			kills := b.kills
			if !strings.HasPrefix(db, "sqlite:") {
				kills /= 4 // what is killed is the same program, and the server of the database has tests of its own
			}
			c.cut = 0
			for range kills {
				c.round(b)
			}
			verify(t, binary, data, db)
			c.check(before)
			c.restoreLast()
			t.Logf("%s: %d kills, %d of which cut it off; %d requests, %d not answered so far; %d backups", b.name, kills, c.cut, c.requests(), c.unanswered(), len(c.backups))
		}
	}
}

// round starts the server, lets everybody work until so many writes were answered, and kills it.
func (c *crash) round(b background) {
	c.backup.allow()
	s := start(c.t, c.binary, c.world.data, c.world.db)
	acknowledged, over := make(chan struct{}), make(chan struct{})
	var working sync.WaitGroup
	for _, one := range slices.Concat(c.clients, []*client{c.also}) {
		one.base = s.url
	}
	for _, one := range c.clients {
		working.Go(func() { one.work(acknowledged, over) })
	}
	if b.step != nil {
		working.Go(func() {
			for b.step(c) {
				continue
			}
			c.cut++
		})
	}
	c.rounds++
	whole := b.slow && c.rounds%2 == 0
	for left := mathrand.N(60); left > 0 || whole; {
		select {
		case <-acknowledged:
			left--
		case <-c.ended:
			whole = false
		}
	}
	s.kill()
	c.backup.kill()
	close(over)
	working.Wait()
	if text := s.log.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "panic") {
		c.t.Errorf("the server complained before it was killed:\n%s", text)
	}
}

func (c *crash) requests() (n int) {
	for _, one := range c.clients {
		n += len(one.log)
	}
	return n
}

func (c *crash) unanswered() (n int) {
	for _, one := range c.clients {
		n += len(unanswered(one.log))
	}
	return n
}

// closeMonth closes one village's month after the other, and then all of them again: a close that was done is answered
// as it was the first time. The same request is sent after a kill.
func (c *crash) closeMonth() bool {
	log := c.also.log
	var r *request
	if n := len(log); n > 0 && !log[n-1].answered {
		r = log[n-1]
	} else {
		v := c.world.months[n%len(c.world.months)]
		r = newRequest("close", fmt.Sprintf("/villages/%s/months/%d/close", v, c.world.lastMonth()), map[string]any{})
		c.also.log = append(c.also.log, r)
	}
	return c.also.send(r)
}

// importHouseholds brings households into an empty village until it is told that they are there, and then again: a file
// that was imported changes nothing.
func (c *crash) importHouseholds() bool {
	job, err := c.also.importFile(c.world.empty)
	if err != nil {
		return false
	}
	if job.State != "done" || c.imported && job.Unchanged != importedHouseholds || job.Created != 0 && job.Created != importedHouseholds {
		c.t.Errorf("the import ended %+v", job)
	}
	c.imported = true
	return true
}

const importedHouseholds = 120

// importJob is what an import answers.
type importJob struct {
	ID        core.ID `json:"id"`
	State     string  `json:"state"`
	Created   int     `json:"created"`
	Unchanged int     `json:"unchanged"`
	Errors    []struct {
		Code string `json:"code"`
	} `json:"errors"`
}

// importFile sends a file of households and asks until it is in or refused. An error says that no answer came.
func (c *client) importFile(v core.Area) (job importJob, err error) {
	var file strings.Builder
	file.WriteString("户编号,户主,姓名,与户主关系\n")
	for i := range importedHouseholds {
		fmt.Fprintf(&file, "%d,,王建国,户主\n", i+1)
	}
	where := "/areas/" + v.String() + "/imports"
	status, answer, err := c.do(http.MethodPost, where+"?dry=false", newRequest("import", "", nil).key, []byte(file.String()), "text/csv")
	for err == nil {
		if status >= 300 || json.Unmarshal(answer, &job) != nil {
			c.t.Errorf("import: %d %s", status, answer)
			return job, nil
		}
		if job.State != "running" {
			return job, nil
		}
		status, answer, err = c.do(http.MethodGet, where+"/"+job.ID.String(), "", nil, "")
	}
	return job, err
}
