package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"qunyan/internal/messages"
	"qunyan/internal/rulebook/redline"
)

// errBlocked makes the process end with exitFailed after what is blocked was printed.
var errBlocked = errors.New("a text touches a red line")

// longestText is what a line of standard input may hold, in bytes: far more than any rule.
const longestText = 1 << 20

// rules has three things to do: lint holds texts to the red lines, export writes a version as a file, import looks at such a
// file or brings it into a draft.
func rules(ctx context.Context, p *program, args []string) error {
	word := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		word, args = args[0], args[1:]
	}
	switch word {
	case "export":
		return exportRules(ctx, p, args)
	case "import":
		return importRules(ctx, p, args)
	}
	return lintTexts(p, word, args)
}

// lintTexts reads texts of rules, one a line, and prints each that touches a red line with its number in the input, the
// red lines, the reason and the law. It needs no database.
func lintTexts(p *program, word string, args []string) error {
	lang := string(messages.Chinese)
	deduction := false
	rest, err := parse(p, "rules", args, func(fs *flag.FlagSet) {
		fs.StringVar(&lang, "lang", lang, "`language` of the reasons: zh or en")
		fs.BoolVar(&deduction, "deduction", false, "the texts are of deductions, also where they do not say so")
	})
	switch {
	case err != nil:
		return err
	case word != "lint":
		return usageError{"say what to do with the rules: lint, export or import"}
	case len(rest) != 1 || rest[0] != "-":
		return usageError{"texts come on standard input, one a line: end the command with -"}
	case !spoken(lang):
		return usageError{"--lang must be zh or en"}
	}
	return lint(p.stdin, p.stdout, messages.Lang(lang), deduction)
}

func spoken(lang string) bool {
	return lang == string(messages.Chinese) || lang == string(messages.English)
}

func lint(from io.Reader, to io.Writer, lang messages.Lang, deduction bool) error {
	blocked := false
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestText)
	for no := 1; lines.Scan(); no++ {
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		for _, hit := range redline.Check(text, deduction) {
			blocked = true
			if _, err := fmt.Fprintf(to, "%d\t%s\t%s\t%s (%s)\n", no, hit.Line, text, messages.Text(lang, redline.Reason(hit.Line), nil),
				messages.Text(lang, redline.Law(hit.Line), nil)); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	if blocked {
		return errBlocked
	}
	return nil
}
