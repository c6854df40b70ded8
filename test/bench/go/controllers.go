package main

import (
	"cmp"
	"context"
	gort "runtime"
	"slices"

	"github.com/cosi-project/runtime/pkg/controller/runtime"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
)

// fillLinks creates the inputs of a chain.
func fillLinks(ctx context.Context, st state.State, count int) []*linkMember[[0]byte] {
	all := make([]*linkMember[[0]byte], count)

	for n := range all {
		all[n] = newLink[[0]byte](idOf(n))
		*all[n].TypedSpec() = *newMember(n).TypedSpec()
		must(st.Create(ctx, all[n]))
	}

	return all
}

// outputs tells of each creation and update of a type.
func outputs(ctx context.Context, st state.State, typ resource.Type) <-chan state.Event {
	ch := make(chan state.Event, 1024)
	md := resource.NewMetadata(namespace, typ, "", resource.VersionUndefined)

	must(st.WatchKind(ctx, md, ch))

	return ch
}

func linkTypeAt(length int) resource.Type {
	switch length {
	case 1:
		return linkType[[1]byte]()
	case 10:
		return linkType[[10]byte]()
	default:
		return linkType[[50]byte]()
	}
}

// converge is the time of an input from the start of the runtime, with all inputs present, until the last output was
// seen.
func converge(count int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		st := newLargeState()
		fillLinks(ctx, st, count)

		rt := newRuntime(st)
		registerChain(rt, 1)

		seen := outputs(ctx, st, linkTypeAt(1))

		gort.GC()

		clock := begin()
		stopped := run(ctx, rt)

		for range count {
			<-seen
		}

		s := clock.perOp(count)

		cancel()
		<-stopped

		return s
	}
}

// change is the median time from before the update of an input until the event of the last output.
func change(register func(*runtime.Runtime), last resource.Type, count, rounds int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		st := newLargeState()
		all := fillLinks(ctx, st, count)

		rt := newRuntime(st)
		register(rt)

		seen := outputs(ctx, st, last)
		stopped := run(ctx, rt)

		for range count {
			<-seen
		}

		gort.GC()

		times := make([]sample, 0, rounds)

		for round := range rounds {
			in := all[round*7919%count]
			clock := begin()

			_, err := st.UpdateWithConflicts(ctx, in.Metadata(), func(r resource.Resource) error {
				r.(*linkMember[[0]byte]).TypedSpec().Hostname = idOf(count + round)

				return nil
			})
			must(err)

			<-seen

			times = append(times, clock.perOp(1))
		}

		cancel()
		<-stopped

		return medianOf(times)
	}
}

func chained(length, rounds int) row {
	return change(func(rt *runtime.Runtime) { registerChain(rt, length) }, linkTypeAt(length), 1, rounds)
}

func queued(count, rounds int) row {
	return change(queueLink[[0]byte, [1]byte], linkTypeAt(1), count, rounds)
}

func run(ctx context.Context, rt *runtime.Runtime) <-chan struct{} {
	stopped := make(chan struct{})

	go func() {
		defer close(stopped)

		must(rt.Run(ctx))
	}()

	return stopped
}

func medianOf(times []sample) sample {
	slices.SortFunc(times, func(a, b sample) int { return cmp.Compare(a.Value, b.Value) })

	return times[len(times)/2]
}
