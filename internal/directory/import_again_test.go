package directory_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"

	"qunyan/internal/core"
	"qunyan/internal/directory"
	"qunyan/internal/store"
)

// watched is a clock that says that somebody looked.
type watched struct {
	core.Clock
	looked func()
}

// Now implements core.Clock.
func (w watched) Now() int64 {
	w.looked()
	return w.Clock.Now()
}

// A command that shares its commit may run twice. What an import found at fault the first time is not reported twice.
func TestAnImportThatIsWrittenTwiceReportsItsFaultsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := context.Background()
	h := w.create(directory.CreateInput{Number: 1, Head: "王建国"})
	armed, writes := false, make(chan struct{})
	clock := watched{w.clock, func() {
		if armed { // the write is about to be queued
			armed = false
			close(writes)
		}
	}}
	service := directory.New(w.st, clock, w.ids, idKey, func(context.Context, *store.Tx, core.Actor, core.Area, []core.ID) error { return nil })
	var others sync.WaitGroup
	checked := func() {
		w.close(h.ID)
		holds := make(chan struct{})
		others.Go(func() {
			_ = w.st.Tx(ctx, func(context.Context, *store.Tx) error {
				close(holds)
				<-writes
				for range 1000 { // until it is queued, with the other
					runtime.Gosched()
				}
				return nil
			})
		})
		<-holds
		others.Go(func() { w.create(directory.CreateInput{Number: 2, Head: "李明"}) })
		armed = true
	}
	in := directory.ImportInput{Area: w.village, CreateGroups: true, Content: strings.NewReader("组,户编号,姓名,与户主关系\n新组,1,王建国,户主\n")}
	end, err := service.RunImport(ctx, w.clerk, in, func(i directory.Import) {
		if i.Phase == directory.PhaseChecking && i.Done == 1 {
			checked()
		}
	})
	others.Wait()
	if err != nil || end.State != directory.ImportFailed || end.FaultCount != 1 || len(end.Faults) != 1 {
		t.Errorf("%s, %v, %v", summary(end), faults(end), err)
	}
}
