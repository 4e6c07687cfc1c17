package torture

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// process is a place where one program after the other runs until another goroutine kills it.
type process struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	killed bool // no further one is begun until the next round
}

var errKilled = errors.New("killed before it began")

// run waits for a program and gives what it said.
func (p *process) run(cmd *exec.Cmd) (string, error) {
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	p.mu.Lock()
	err := errKilled
	if !p.killed {
		err = cmd.Start()
		p.cmd = cmd
	}
	p.mu.Unlock()
	if err != nil {
		return "", err
	}
	err = cmd.Wait()
	return out.String(), err
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Kill() // it may have ended
	}
	p.cmd, p.killed = nil, true
}

func (p *process) allow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = false
}

// backUp makes a backup beside the server, and is killed with it. It waits for its end and tells whether that was good.
func (c *crash) backUp() bool {
	to := filepath.Join(c.t.TempDir(), fmt.Sprintf("%d.backup", len(c.backups)))
	cmd := exec.Command(c.binary, "backup", "--data", c.world.data, "--db", c.world.db, "--to", to, "--with-key")
	out, err := c.backup.run(cmd)
	if cmd.ProcessState != nil && cmd.ProcessState.Exited() { // by itself, so nobody killed it
		c.ended <- struct{}{}
	}
	if err != nil {
		if !errors.Is(err, errKilled) && cmd.ProcessState != nil && cmd.ProcessState.Exited() {
			c.t.Errorf("backup: %v\n%s", err, out)
		}
		return false
	}
	c.backups = append(c.backups, to)
	return true
}

// restoreLast puts the newest finished backup into a new place, which recomputes every book of it.
func (c *crash) restoreLast() {
	if len(c.backups) == 0 || !strings.HasPrefix(c.world.db, "sqlite:") {
		return
	}
	data := c.t.TempDir()
	db := "sqlite:" + filepath.Join(data, "qunyan.db")
	out, err := exec.Command(c.binary, "restore", "--data", data, "--db", db, "--from", c.backups[len(c.backups)-1]).CombinedOutput()
	if err != nil {
		c.t.Errorf("restore: %v\n%s", err, out)
		return
	}
	verify(c.t, c.binary, data, db)
}
