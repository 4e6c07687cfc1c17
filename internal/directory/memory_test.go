package directory_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"qunyan/internal/directory"
)

// A file is held as a few hundred bytes a person, whatever its size. (Not parallel: it looks at the whole heap.)
func TestImportHoldsLittleOfTheFile(t *testing.T) {
	w := newWorld(t)
	const people = 20_000
	var text strings.Builder
	text.WriteString("组,户编号,姓名,与户主关系,性别,出生年份,电话,党员\n")
	for i := range people {
		fmt.Fprintf(&text, "%d组,%d,王%c%c,%s,男,%d,13%09d,否\n", i/4%8+1, i/4+1, '一'+i%4, '丁'+i%97, []string{"户主", "配偶", "子女", "其他"}[i%4], 1950+i%50, i)
	}
	content := strings.NewReader(text.String())
	before := heap()
	var held uint64
	told := 0
	end, err := w.RunImport(context.Background(), w.clerk, directory.ImportInput{Area: w.village, Content: content, CreateGroups: true, Dry: true}, func(i directory.Import) {
		told++
		if i.Phase == directory.PhaseChecking && i.Done == 0 {
			held = heap() - min(before, heap())
		}
	})
	if err != nil || end.State != directory.ImportDry || end.Created != people/4 || end.FaultCount != 0 {
		t.Fatalf("%s, %v, %v", summary(end), faults(end), err)
	}
	if most := uint64(people * 600); held > most {
		t.Errorf("%d people are held in %d bytes, at most %d expected", people, held, most)
	}
	if told < people/2000 {
		t.Errorf("progress was told %d times", told)
	}
}

// heap is what is alive on the heap.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
