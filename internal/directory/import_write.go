package directory

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qunyan/internal/audit"
	"qunyan/internal/core"
	"qunyan/internal/errs"
	"qunyan/internal/store"
)

// errFaulty ends the transaction of an import whose faults appeared only while it was writing.
var errFaulty = errors.New("directory: the import has faults")

// check compares the file with what is there, without writing, and notes every fault.
func (s *Service) check(ctx context.Context, job *job, rows *fileRows) error {
	total := rows.households()
	job.tell(func(state *Import) {
		state.Rows, state.Phase, state.Done, state.Total = rows.people, PhaseChecking, 0, total
	})
	for _, v := range rows.order {
		if err := ctx.Err(); err != nil {
			return errs.New(errs.Unavailable, "import.interrupted").Because(err)
		}
		var now *villageNow
		err := s.st.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
			now, err = readVillage(ctx, tx, v.places.code)
			return err
		})
		if err != nil {
			return err
		}
		account(job, rows, v, planVillage(v, now))
	}
	job.sortFaults(rows.sheets)
	return nil
}

// account adds what a village's plan comes to.
func account(job *job, rows *fileRows, v *fileVillage, plan *villagePlan) {
	for _, f := range plan.faults {
		layout := rows.layouts[f.Sheet]
		if i := layout.Position(f.Field); i >= 0 {
			f.Column = columnLetter(i)
		}
		job.fault(f)
	}
	job.tell(func(state *Import) {
		state.Done += int64(len(v.households))
		state.Created += int64(len(plan.created))
		state.Changed += int64(len(plan.changed))
		state.Unchanged += plan.unchanged
		state.Groups += int64(len(v.newOrder))
	})
}

// write brings all of the file in by one transaction: the one exception to "a command stays inside one village", for
// which see docs/decisions. The record that it is done is part of it.
func (s *Service) write(ctx context.Context, job *job, rows *fileRows) error {
	now := s.clock.Now()
	err := s.st.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		job.tell(func(state *Import) { // the transaction may run more than once
			state.Phase, state.Done = PhaseWriting, 0
			state.Created, state.Changed, state.Unchanged, state.Groups = 0, 0, 0, 0
			state.Faults, state.FaultCount = nil, 0 // a file with faults is not written at all
		})
		// In the order of codes, so that two imports at once cannot each wait for a village that the other has.
		byCode := slices.SortedFunc(slices.Values(rows.order), func(a, b *fileVillage) int { return cmp.Compare(a.places.code, b.places.code) })
		for _, v := range byCode {
			if err := s.writeVillage(ctx, tx, job, rows, v, now); err != nil {
				return err
			}
		}
		job.outcome = job.now()
		job.outcome.State, job.outcome.Phase = ImportDone, PhaseFinished
		return updateImport(ctx, tx, job.outcome, s.clock.Now())
	})
	if errors.Is(err, errFaulty) {
		job.sortFaults(rows.sheets)
		s.finish(ctx, job)
		return nil
	}
	return err
}

func (s *Service) writeVillage(ctx context.Context, tx *store.Tx, job *job, rows *fileRows, v *fileVillage, nowMs int64) error {
	groups, err := s.writeGroups(ctx, tx, job.by, v, nowMs)
	if err != nil {
		return err
	}
	now, err := readVillage(ctx, tx, v.places.code)
	if err != nil {
		return err
	}
	plan := planVillage(v, now)
	account(job, rows, v, plan)
	if len(plan.faults) > 0 {
		return errFaulty
	}
	if err := s.writeCreated(ctx, tx, job.by, v, plan.created, groups, nowMs); err != nil {
		return err
	}
	for _, c := range plan.changed {
		if c.groupKey != "" {
			c.after.Group = groups[c.groupKey]
		}
		if err := s.writeChange(ctx, tx, job.by, c, nowMs); err != nil {
			return err
		}
	}
	if len(plan.created)+len(plan.changed)+len(v.newOrder) == 0 {
		return nil
	}
	return audit.Write(ctx, tx, job.by, s.ids.Next(), nowMs, audit.Entry{Area: v.places.code, Action: "directory.import", Subject: "import",
		SubjectID: job.id.String(), After: map[string]any{"file": job.in.Name, "sha256": hex.EncodeToString(job.sum), "created": numbersOf(plan.created),
			"changed": len(plan.changed), "unchanged": plan.unchanged, "groups": len(v.newOrder)}})
}

// writeGroups adds the groups the file names and gives the codes of all by their keys.
func (s *Service) writeGroups(ctx context.Context, tx *store.Tx, by core.Actor, v *fileVillage, nowMs int64) (map[string]core.Area, error) {
	groups := map[string]core.Area{}
	for key, code := range v.places.groups {
		groups[key] = code
	}
	for _, key := range v.newOrder {
		a, err := createGroup(ctx, tx, v.places.code, v.newGroups[key], "")
		if err != nil {
			return nil, err
		}
		groups[key] = a.Code
		err = audit.Write(ctx, tx, by, s.ids.Next(), nowMs, audit.Entry{Area: v.places.code, Action: "directory.create_group", Subject: "area",
			SubjectID: a.Code.String(), After: map[string]any{"name": a.Name, "kind": a.Kind}})
		if err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// insertImportedSQL fails where Create's statement would pass over a number in use: somebody took it since the plan was
// made, and then nothing of the file may be written.
const insertImportedSQL = `INSERT INTO household (village, id, grp, number, head, pinyin, initials, sort, cadre, members, state, version, created_ms, changed_ms)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

func (s *Service) writeCreated(ctx context.Context, tx *store.Tx, by core.Actor, v *fileVillage, created []newHousehold, groups map[string]core.Area, nowMs int64) error {
	if len(created) == 0 {
		return nil
	}
	ids := make([]core.ID, len(created))
	var residents []Resident
	for i := range created {
		h := &created[i]
		h.ID, h.Group, h.CreatedMs, h.ChangedMs = s.ids.Next(), groups[h.groupKey], nowMs, nowMs
		ids[i] = h.ID
		for _, r := range h.residents {
			r.Village, r.ID, r.Household, r.CreatedMs, r.ChangedMs = h.Village, s.ids.Next(), h.ID, nowMs, nowMs
			residents = append(residents, r)
		}
	}
	if err := tx.Many(ctx, insertImportedSQL, len(created), func(i int) []any { return householdArgs(created[i].Household) }); err != nil {
		return err
	}
	if err := insertResidents(ctx, tx, residents); err != nil {
		return err
	}
	if err := count(ctx, tx, v.places.code, int64(len(created)), 0, int64(len(residents))); err != nil {
		return err
	}
	return s.onOpen(ctx, tx, by, v.places.code, ids)
}

// writeChange writes one household that the file changes. The version guards against an edit made since it was read.
func (s *Service) writeChange(ctx context.Context, tx *store.Tx, by core.Actor, c householdChange, nowMs int64) error {
	locked, err := lockHousehold(ctx, tx, c.before.Village, c.before.ID)
	if err != nil {
		return err
	}
	if locked.Version != c.before.Version {
		return errs.New(errs.Conflict, "import.changed_meanwhile")
	}
	for _, r := range c.residents {
		if err := s.saveResident(ctx, tx, by, r.before, r.after, nowMs); err != nil {
			return err
		}
	}
	for i := range c.added {
		r := &c.added[i]
		r.Village, r.ID, r.Household, r.CreatedMs, r.ChangedMs = c.before.Village, s.ids.Next(), c.before.ID, nowMs, nowMs
		err := audit.Write(ctx, tx, by, s.ids.Next(), nowMs, audit.Entry{Area: r.Village, Action: "directory.add_resident", Subject: "resident",
			SubjectID: r.ID.String(), After: r.audited()})
		if err != nil {
			return err
		}
	}
	if err := insertResidents(ctx, tx, c.added); err != nil {
		return err
	}
	return s.save(ctx, tx, by, c.before, c.after, nowMs)
}

// numbersOf writes household numbers briefly: "1-356, 400".
func numbersOf(created []newHousehold) string {
	numbers := make([]int64, len(created))
	for i, h := range created {
		numbers[i] = h.Number
	}
	slices.Sort(numbers)
	var parts []string
	for i := 0; i < len(numbers); {
		j := i
		for j+1 < len(numbers) && numbers[j+1] == numbers[j]+1 {
			j++
		}
		if parts = append(parts, fmt.Sprint(numbers[i])); j > i {
			parts[len(parts)-1] += fmt.Sprintf("-%d", numbers[j])
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
