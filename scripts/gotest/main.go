// Command gotest runs `go test -json` with the arguments it is given and prints what a reader of a long log wants:
// one line per package as it ends, the whole output of what failed, and a last line that counts the tests.
// A skipped test counts as a failure: a suite that may leave things out proves nothing by being green.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action     string
	Package    string
	ImportPath string // set instead of Package on build output
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// summary gathers the events of one run.
type summary struct {
	out      io.Writer
	output   map[string]*strings.Builder // what a package or a test has printed so far
	passed   int
	failed   []string
	skipped  []string
	packages int
	untested int
}

func main() {
	cmd := exec.Command("go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(1)
	}
	sum := &summary{out: os.Stdout, output: map[string]*strings.Builder{}}
	readErr := sum.read(stdout)
	runErr := cmd.Wait()
	if ok := sum.print(); !ok || readErr != nil || runErr != nil {
		os.Exit(1)
	}
}

// read consumes the stream to its end. A line that is no JSON (a tool's own complaint) is passed on as it is.
func (s *summary) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) == nil {
				s.take(e)
			} else {
				fmt.Fprint(s.out, string(line))
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (s *summary) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		if strings.HasPrefix(e.Output, "=== ") { // RUN, PAUSE, CONT: of no use to who looks for a failure
			return
		}
		if s.output[key] == nil {
			s.output[key] = &strings.Builder{}
		}
		s.output[key].WriteString(e.Output)
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.packageDone(e)
		} else {
			s.testDone(e)
		}
		delete(s.output, key)
	}
}

func (s *summary) testDone(e event) {
	name := e.Package + "." + e.Test
	switch e.Action {
	case "pass":
		s.passed++
		return
	case "fail":
		s.failed = append(s.failed, name)
	case "skip":
		s.skipped = append(s.skipped, name)
	}
	s.printOutput(e)
}

func (s *summary) packageDone(e event) {
	switch e.Action {
	case "skip": // a package without test files
		s.untested++
		return
	case "fail":
		s.failed = append(s.failed, e.Package)
		s.printOutput(e)
	}
	s.packages++
	fmt.Fprintf(s.out, "%-4s %-44s %7.1f s\n", e.Action, e.Package, e.Elapsed)
}

func (s *summary) printOutput(e event) {
	if text := s.output[e.Package+" "+e.Test]; text != nil {
		fmt.Fprint(s.out, text.String())
	}
}

// print writes the closing lines and tells whether the run was good.
func (s *summary) print() bool {
	for _, name := range s.failed {
		fmt.Fprintln(s.out, "FAILED ", name)
	}
	for _, name := range s.skipped {
		fmt.Fprintln(s.out, "SKIPPED", name)
	}
	fmt.Fprintf(s.out, "go test: %d passed, %d failed, %d skipped; %d packages (%d more have no tests)\n",
		s.passed, len(s.failed), len(s.skipped), s.packages, s.untested)
	return len(s.failed) == 0 && len(s.skipped) == 0 && s.packages > 0
}
