package arch

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// unwanted is something that must not be written, where, and why. The words are put together from pieces so that this
// file does not trip over itself.
type unwanted struct {
	pattern *regexp.Regexp
	in      func(file string) bool
	why     string
}

func unwantedWords() []unwanted {
	word := func(parts ...string) *regexp.Regexp { return regexp.MustCompile(strings.Join(parts, "")) }
	anywhere := func(string) bool { return true }
	goTests := func(f string) bool {
		return strings.HasSuffix(f, "_test.go") || strings.Contains(f, "/storetest/")
	}
	webTests := func(f string) bool {
		return strings.HasPrefix(f, "web/") &&
			(strings.Contains(f, "/e2e/") || strings.Contains(f, ".test.") || strings.Contains(f, ".spec."))
	}
	return []unwanted{
		{word(`\b(TO`, `DO|FIX`, `ME|XX`, `X)\b`), anywhere, "finish it, or write down in docs/decisions why not"},
		{word(`registry\.npm`, `(js|mirror)`), anywhere, "which registry serves a package is the machine's business"},
		{word(`(proxy\.gol`, `ang|gop`, `roxy\.(cn|io))`), anywhere, "which proxy serves a module is the machine's business"},
		{word(`(^|[\s"'(=:`+"`"+`])/(wo`, `rk|ro`, `ot|ho`, `me/[a-z]+|Use`, `rs)/`), anywhere, "paths of one machine mean nothing on another"},
		{word(`time\.Sl`, `eep`), goTests, "a test waits for a signal, not for luck"},
		{word(`\.Sk`, `ip(f|Now)?\(`), goTests, "a test that may be left out proves nothing"},
		{word(`waitFor`, `Timeout`), webTests, "wait for what the user would see"},
		{word(`\.(on`, `ly|sk`, `ip|fix`, `me)\(`), webTests, "every test runs every time"},
	}
}

func checkWords(tr *tree) (found []string) {
	for _, f := range tr.files {
		if path.Base(f.path) == "LICENSE" {
			continue
		}
		for _, u := range unwantedWords() {
			if !u.in(f.path) {
				continue
			}
			for i, line := range strings.Split(f.text, "\n") {
				if hit := u.pattern.FindString(line); hit != "" {
					found = append(found, fmt.Sprintf("%s:%d: %q; %s", f.path, i+1, strings.TrimSpace(hit), u.why))
				}
			}
		}
	}
	return found
}
