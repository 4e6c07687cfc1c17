package arch

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var linkPattern = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)

// A page that sends its reader nowhere, or shows a hole where a picture was, is worse than none.
func TestLinksOfTheDocsLeadSomewhere(t *testing.T) {
	t.Parallel()
	root, pages := filepath.Join("..", ".."), 0
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, m := range linkPattern.FindAllStringSubmatch(string(text), -1) {
			if target := m[1]; !strings.Contains(target, "://") && !strings.HasPrefix(target, "mailto:") {
				if _, err := os.Stat(filepath.Join(filepath.Dir(name), filepath.FromSlash(target))); err != nil {
					t.Errorf("%s links to %s: %v", name, target, err)
				}
			}
		}
	}
	if pages < 10 {
		t.Errorf("only %d pages were read", pages)
	}
}

// The manual is read over a village's line: each picture is small, all of them together are, and none is left over.
func TestPicturesOfTheManualAreSmallAndShown(t *testing.T) {
	t.Parallel()
	manuals, err := filepath.Glob(filepath.Join("..", "..", "docs", "manual", "*.md"))
	if err != nil || len(manuals) == 0 {
		t.Fatalf("%d manuals, %v", len(manuals), err)
	}
	var all strings.Builder
	for _, name := range manuals {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	pictures, err := filepath.Glob(filepath.Join("..", "..", "docs", "pictures", "manual", "*"))
	if err != nil || len(pictures) == 0 {
		t.Fatalf("%d pictures, %v", len(pictures), err)
	}
	var sum int64
	for _, name := range pictures {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum += info.Size(); info.Size() > 120<<10 {
			t.Errorf("%s has %d bytes", name, info.Size())
		}
		if !strings.Contains(all.String(), "pictures/manual/"+path.Base(filepath.ToSlash(name))) {
			t.Errorf("no manual shows %s", name)
		}
	}
	if sum > 5<<19 {
		t.Errorf("the pictures have %d bytes together", sum)
	}
}
