package reading_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"qunyan/internal/directory/reading"
)

// FuzzReading reads any text as a name: what is stored can be stored, and does not grow beyond what a name can need.
func FuzzReading(f *testing.F) {
	for _, s := range []string{"", "单国强", "欧阳娜娜", "买买提·艾力", "Li Ming", "Lǚ jiàn-guó", "乐乐乐乐乐乐乐乐乐乐乐乐", "𠮷野", "\xff王", "王\u0301", "İı", "—"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 200 {
			return
		}
		name = strings.ToValidUTF8(name, "") // what an import lets through
		for _, r := range []reading.Reading{reading.OfPerson(name), reading.OfPlace(name)} {
			for _, text := range []string{r.Sort(), r.Index(), r.Initials(), reading.Query(name)} {
				if !utf8.ValidString(text) || len(text) > 20_000 {
					t.Errorf("%q is read %q", name, text)
				}
			}
		}
		if q := reading.Query(name); reading.Query(q) != q {
			t.Errorf("%q becomes %q, and that %q", name, q, reading.Query(q))
		}
	})
}
