// Command qunyan is the whole product in one binary. `qunyan help` lists what it can do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"qunyan/internal/errs"
	"qunyan/internal/messages"
)

// version is written by the linker: -ldflags '-X main.version=v1.2.3'.
var version = "dev"

// command is something after `qunyan`.
type command struct {
	name  string
	args  string // as the usage line shows them
	short string // one line for the list
	run   func(ctx context.Context, p *program, args []string) error
}

// program is what a command may use of the outside, so that tests can give it another.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
}

// The exit codes. Scripts may rely on them.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // the command line or the environment makes no sense
	exitFault  = 3 // verify found a fault
)

func commands() []command {
	return []command{
		{"serve", "[flags]", "run the server", serve},
		{"demo", "[flags]", "make a believable county and serve it", runDemo},
		{"setup", "[flags]", "give an empty database its areas, rules and first account", setup},
		{"migrate", "[flags]", "bring the database's schema up to date", migrate},
		{"import", "[flags] FILE", "bring households in from a workbook (.xlsx) or text (.csv)", importHouseholds},
		{"verify", "[flags]", "recompute every balance and every signed root, or check one proof; exit 3 at the first fault", verify},
		{"witness", "[flags]", "compare a village's book with a checkpoint somebody kept; exit 3 if history was rewritten", witness},
		{"keys", "[flags] [show|rotate]", "the keys that checkpoints are signed with", keys},
		{"backup", "--to FILE|FOLDER [flags]", "copy everything into one file, beside a running server", makeBackup},
		{"restore", "--from FILE [flags]", "check a backup and put it into an empty place", restore},
		{"rules", "lint [flags] - | export AREA[/VERSION] [flags] | import FILE [flags]", "hold texts to the red lines; write a version of the rules as a file; check such a file or bring it into a draft", rules},
		{"bench", "[flags]", "measure speed against a raw loop; exit 1 if a bar is missed", measure},
		{"openapi", "", "print the API's contract (OpenAPI 3.1, YAML)", openapi},
		{"version", "", "print the version", printVersion},
		{"help", "[COMMAND]", "show this, or a command's flags", help},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &program{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}, os.Args[1:])
	stop()
	os.Exit(code)
}

// usageError is a mistake on the command line; it has been explained already if text is empty.
type usageError struct{ text string }

// Error implements error.
func (e usageError) Error() string { return e.text }

// errFault makes the process end with exitFault.
var errFault = errors.New("the books hold a fault")

func run(ctx context.Context, p *program, args []string) int {
	if len(args) == 0 {
		usage(p.stderr)
		return exitUsage
	}
	for _, c := range commands() {
		if c.name != args[0] && !(c.name == "help" && (args[0] == "-h" || args[0] == "--help")) {
			continue
		}
		err := c.run(ctx, p, args[1:])
		var wrong usageError
		switch {
		case err == nil || errors.Is(err, flag.ErrHelp):
			return exitDone
		case errors.As(err, &wrong):
			if wrong.text != "" {
				fmt.Fprintf(p.stderr, "qunyan %s: %s\nRun `qunyan help %s` for its flags.\n", c.name, wrong.text, c.name)
			}
			return exitUsage
		case errors.Is(err, errFault):
			return exitFault
		case errors.Is(err, errBlocked), errors.Is(err, errNotAsItIs):
			return exitFailed
		}
		fmt.Fprintf(p.stderr, "qunyan %s: %s\n", c.name, explain(err))
		return exitFailed
	}
	fmt.Fprintf(p.stderr, "qunyan: there is no command %q\n\n", args[0])
	usage(p.stderr)
	return exitUsage
}

// explain puts the catalogue's sentence before an error that has one; the rest is for whoever looks for the cause.
func explain(err error) string {
	var known *errs.Error
	if !errors.As(err, &known) || known.Kind == errs.Internal {
		return err.Error()
	}
	return messages.Text(messages.English, "errors."+known.Code, known.Params) + " (" + err.Error() + ")"
}
