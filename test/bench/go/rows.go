package main

import (
	"context"
	"runtime"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
)

// A row does its work once.
type row func(ctx context.Context) sample

func newState() state.State {
	return state.WrapCore(namespaced.NewState(inmem.Build))
}

func members(count int) []*member {
	all := make([]*member, count)
	for n := range all {
		all[n] = newMember(n)
	}

	return all
}

func filled(ctx context.Context, all []*member) state.State {
	st := newState()
	for _, one := range all {
		must(st.Create(ctx, one))
	}

	return st
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// shuffled is the order in which both programs read: multiplication by a prime.
func shuffled(count int) []int {
	order := make([]int, count)
	for n := range order {
		order[n] = n * 7919 % count
	}

	return order
}

func get(ctx context.Context) sample {
	const present, gets = 10_000, 500_000

	st := filled(ctx, members(present))
	pointers := make([]resource.Metadata, present)

	for n, other := range shuffled(present) {
		pointers[n] = pointerOf(other)
	}

	clock := begin()

	for n := range gets {
		_, err := st.Get(ctx, pointers[n%present])
		must(err)
	}

	return clock.perOp(gets)
}

func list(count int, options ...state.ListOption) row {
	return func(ctx context.Context) sample {
		all := members(count)
		st := filled(ctx, all)
		calls := max(5, 100_000/count)
		spent := sample{}

		for n := range calls {
			one := all[n*7919%count]
			one.TypedSpec().Hostname = idOf(n)
			must(st.Update(ctx, one))

			clock := begin()
			items, err := st.List(ctx, pointerOf(0), options...)
			must(err)

			spent = spent.plus(clock.perOp(calls))

			runtime.KeepAlive(items)
		}

		return spent
	}
}

func create(ctx context.Context) sample {
	const count = 100_000

	all := members(count)
	st := newState()

	runtime.GC()

	clock := begin()

	for _, one := range all {
		must(st.Create(ctx, one))
	}

	return clock.perOp(count)
}

func update(ctx context.Context) sample {
	const present, updates = 10_000, 200_000

	all := members(present)
	st := filled(ctx, all)
	names := [2]string{"one", "two"}
	clock := begin()

	for n := range updates {
		one := all[n%present]
		one.TypedSpec().Hostname = names[n/present%2]
		must(st.Update(ctx, one))
	}

	return clock.perOp(updates)
}

func updateStale(ctx context.Context) sample {
	const present, updates = 10_000, 100_000

	all := members(present)
	st := filled(ctx, all)
	stale := make([]*member, present)

	for n, one := range all {
		stale[n] = one.DeepCopy().(*member) //nolint:forcetypeassert
		one.TypedSpec().Hostname = "newer"
		must(st.Update(ctx, one))
	}

	clock := begin()

	for n := range updates {
		if err := st.Update(ctx, stale[n%present]); !state.IsConflictError(err) {
			panic("expected a conflict")
		}
	}

	return clock.perOp(updates)
}

func updateWithConflicts(ctx context.Context) sample {
	const present, updates = 10_000, 100_000

	st := filled(ctx, members(present))
	pointers := make([]resource.Metadata, present)

	for n := range pointers {
		pointers[n] = pointerOf(n)
	}

	names := [2]string{"one", "two"}
	clock := begin()

	for n := range updates {
		_, err := st.UpdateWithConflicts(ctx, pointers[n%present], func(r resource.Resource) error {
			r.(*member).TypedSpec().Hostname = names[n/present%2] //nolint:forcetypeassert

			return nil
		})
		must(err)
	}

	return clock.perOp(updates)
}

func modifyNoop(ctx context.Context) sample {
	const present, calls = 10_000, 100_000

	all := members(present)
	st := filled(ctx, all)
	clock := begin()

	for n := range calls {
		must(st.Modify(ctx, all[n%present], func(resource.Resource) error { return nil }))
	}

	return clock.perOp(calls)
}

func teardown(ctx context.Context) sample {
	const count = 100_000

	all := members(count)
	st := filled(ctx, all)

	runtime.GC()

	clock := begin()

	for _, one := range all {
		_, err := st.Teardown(ctx, one.Metadata())
		must(err)
	}

	return clock.perOp(count)
}

func destroy(ctx context.Context) sample {
	const count = 100_000

	all := members(count)
	st := filled(ctx, all)

	for _, one := range all {
		_, err := st.Teardown(ctx, one.Metadata())
		must(err)
	}

	runtime.GC()

	clock := begin()

	for _, one := range all {
		must(st.Destroy(ctx, one.Metadata()))
	}

	return clock.perOp(count)
}

func heap(count int) row {
	return func(ctx context.Context) sample {
		before := liveHeap()
		st := newState()

		for n := range count {
			must(st.Create(ctx, newMember(n)))
		}

		after := liveHeap()

		runtime.KeepAlive(st)

		return sample{Value: float64(after-before) / float64(count)}
	}
}

func liveHeap() uint64 {
	var stats runtime.MemStats

	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)

	return stats.HeapAlloc
}
