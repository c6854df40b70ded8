package main

import (
	"context"
	"time"
)

const stored = 10_000

func getOneByOne(ctx context.Context, server subject) sample {
	const gets, warmUp = 4_000, 1_000

	server.fill(ctx, stored)

	order := shuffled(stored)
	times := make([]time.Duration, 0, gets)

	for n := range warmUp {
		_, err := server.Get(ctx, pointerOf(order[n]))
		must(err)
	}

	result := server.measure(gets, func() {
		for n := range gets {
			start := time.Now()
			_, err := server.Get(ctx, pointerOf(order[n]))
			must(err)

			times = append(times, time.Since(start))
		}
	})
	result.Details["p50"] = percentile(times, 0.5)
	result.Details["p99"] = percentile(times, 0.99)

	return result
}

func getByMany(ctx context.Context, server subject) sample {
	const gets = 40_000

	server.fill(ctx, stored)

	order := shuffled(stored)

	return server.measure(gets, func() {
		byMany(gets, func(n int) {
			_, err := server.Get(ctx, pointerOf(order[n%stored]))
			must(err)
		})
	})
}

func createByMany(ctx context.Context, server subject) sample {
	const warmUp, creates = 5_000, 20_000

	all := members(warmUp + creates)

	byMany(warmUp, func(n int) { must(server.Create(ctx, all[n])) })

	return server.measure(creates, func() {
		byMany(creates, func(n int) { must(server.Create(ctx, all[warmUp+n])) })
	})
}

func updateByMany(ctx context.Context, server subject) sample {
	// A multiple of the callers, so that each resource is always updated by the same one, who knows its version.
	const present, updates = 100 * callers, 30_000

	all := server.fill(ctx, present)

	return server.measure(updates, func() {
		byMany(updates, func(n int) {
			one := all[n%present]
			one.TypedSpec().Hostname = idOf(n)
			must(server.Update(ctx, one))
		})
	})
}

func listAll(ctx context.Context, server subject) sample {
	const calls = 10

	server.fill(ctx, stored)

	list := func() {
		items, err := server.List(ctx, pointerOf(0))
		must(err)

		if len(items.Items) != stored {
			panic("not all were listed")
		}
	}

	list()

	return server.measure(calls*stored, func() {
		for range calls {
			list()
		}
	})
}
