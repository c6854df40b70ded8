package main

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/cosi-project/runtime/pkg/state"
)

// latency is the median time from before an update until the last of the watches has its event.
func latency(watches int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()

		all := members(1)
		st := filled(ctx, all)
		rounds := max(50, min(5_000, 200_000/watches))

		var (
			missing atomic.Int64
			done    = make(chan struct{}, 1)
		)

		for range watches {
			ch := make(chan state.Event)
			must(st.WatchKind(ctx, pointerOf(0), ch))

			go func() {
				for {
					select {
					case <-ctx.Done():
						return
					case <-ch:
						if missing.Add(-1) == 0 {
							done <- struct{}{}
						}
					}
				}
			}()
		}

		times := make([]sample, 0, rounds)

		for n := range rounds {
			missing.Store(int64(watches))

			all[0].TypedSpec().Hostname = idOf(n)
			clock := begin()

			must(st.Update(ctx, all[0]))
			<-done

			times = append(times, clock.perOp(1))
		}

		slices.SortFunc(times, func(a, b sample) int { return cmp.Compare(a.Value, b.Value) })

		return times[len(times)/2]
	}
}

// deliveries is the time per event and watch, with an updater that is at most 50 events ahead of the slowest.
func deliveries(watches int) row {
	const ahead = 50

	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()

		all := members(1)
		st := filled(ctx, all)
		updates := max(200, min(100_000, 2_000_000/watches))
		// The event of update n was taken by so many watches.
		taken := make([]atomic.Int64, updates)
		// Holds a token for each event that the updater may be ahead.
		window := make(chan struct{}, ahead)

		var finished sync.WaitGroup

		for range watches {
			ch := make(chan state.Event)
			must(st.WatchKind(ctx, pointerOf(0), ch))

			finished.Go(func() {
				for n := range updates {
					<-ch

					if taken[n].Add(1) == int64(watches) {
						<-window
					}
				}
			})
		}

		clock := begin()

		for n := range updates {
			window <- struct{}{}

			all[0].TypedSpec().Hostname = idOf(n)
			must(st.Update(ctx, all[0]))
		}

		finished.Wait()

		return clock.perOp(updates * watches)
	}
}

func bootstrap(ctx context.Context) sample {
	const count = 100_000

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	st := filled(ctx, members(count))

	runtime.GC()

	ch := make(chan state.Event)
	clock := begin()

	must(st.WatchKind(ctx, pointerOf(0), ch, state.WithBootstrapContents(true)))

	for event := range ch {
		if event.Type == state.Bootstrapped {
			break
		}
	}

	return clock.perOp(count)
}

func bootstrapAggregated(ctx context.Context) sample {
	const count = 100_000

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	st := filled(ctx, members(count))

	runtime.GC()

	ch := make(chan []state.Event)
	clock := begin()

	must(st.WatchKindAggregated(ctx, pointerOf(0), ch, state.WithBootstrapContents(true)))
	<-ch

	return clock.perOp(count)
}
