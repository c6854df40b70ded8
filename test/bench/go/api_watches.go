package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
)

// stream is the time per event and stream, with an updater that is at most 50 events ahead of the slowest.
func stream(streams int) apiRow {
	const ahead = 50

	return func(ctx context.Context, server subject) sample {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()

		one := server.fill(ctx, 1)[0]
		warmUp := 500
		updates := warmUp + max(1_500, 6_000/streams)
		taken := make([]atomic.Int64, updates)
		window := make(chan struct{}, ahead)
		warm := make(chan struct{})

		var finished sync.WaitGroup

		for range streams {
			ch := make(chan state.Event)
			must(server.WatchKind(ctx, one.Metadata(), ch))

			finished.Go(func() {
				for n := range updates {
					event := <-ch
					if event.Type != state.Updated {
						panic(fmt.Sprintf("unexpected event: %s %v", event.Type, event.Error))
					}

					if taken[n].Add(1) == int64(streams) {
						<-window

						if n == warmUp-1 {
							close(warm)
						}
					}
				}
			})
		}

		update := func(n int) {
			window <- struct{}{}

			one.TypedSpec().Hostname = idOf(n)
			must(server.Update(ctx, one))
		}

		for n := range warmUp {
			update(n)
		}

		<-warm

		return server.measure((updates-warmUp)*streams, func() {
			for n := range updates - warmUp {
				update(warmUp + n)
			}

			finished.Wait()
		})
	}
}

// bootstrapRemote is three times the contents of 100k, aggregated.
func bootstrapRemote(ctx context.Context, server subject) sample {
	const count, rounds = 100_000, 3

	server.fill(ctx, count)

	result := server.measure(rounds*count, func() {
		for range rounds {
			bootstrapOnce(ctx, server, pointerOf(0), count)
		}
	})

	oneByOne := server.measure(count, func() { bootstrapOneByOne(ctx, server, pointerOf(0)) })
	result.Details["one by one"] = oneByOne.Details["rate"]

	return result
}

// residentAfterBootstraps is the memory of the server's process with 100k, when they were told three times.
func residentAfterBootstraps(ctx context.Context, server subject) sample {
	const count, rounds = 100_000, 3

	server.fill(ctx, count)

	before := server.resident()

	for range rounds {
		bootstrapOnce(ctx, server, pointerOf(0), count)
	}

	return sample{Value: server.resident(), Details: map[string]string{"before": megabytes(before)}}
}

func bootstrapOnce(ctx context.Context, server subject, kind resource.Kind, count int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	ch := make(chan []state.Event)
	must(server.WatchKindAggregated(ctx, kind, ch, state.WithBootstrapContents(true)))

	seen := 0

	for events := range ch {
		if last := events[len(events)-1]; last.Type == state.Errored {
			panic(last.Error)
		} else if seen += len(events); last.Type == state.Bootstrapped {
			break
		}
	}

	if seen != count+1 {
		panic("not everything was told")
	}
}

func bootstrapOneByOne(ctx context.Context, server subject, kind resource.Kind) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	ch := make(chan state.Event)
	must(server.WatchKind(ctx, kind, ch, state.WithBootstrapContents(true)))

	for event := range ch {
		if event.Type == state.Errored {
			panic(event.Error)
		}

		if event.Type == state.Bootstrapped {
			return
		}
	}
}

// idleWatches is the memory that the server's process has more for each of a thousand watches in which nothing happens.
func idleWatches(ctx context.Context, server subject) sample {
	const warmUp, watches = 200, 1_000

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	open := func(count int) {
		for range count {
			must(server.WatchKind(ctx, pointerOf(0), make(chan state.Event)))
		}

		// Whatever is left to do is done by then.
		time.Sleep(time.Second)
	}

	open(warmUp)

	before := server.resident()

	open(watches)

	return sample{Value: (server.resident() - before) / watches}
}
