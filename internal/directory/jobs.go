package directory

type jobs struct{}

func newJobs() *jobs { return &jobs{} }
