// Measures one row of a benchmark on the COSI runtime for Go and prints its samples as JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
)

var rows = map[string]row{
	"get":                   get,
	"list-1k":               list(1_000),
	"list-10k":              list(10_000),
	"list-100k":             list(100_000),
	"list-10k-by-label":     list(10_000, state.WithLabelQuery(resource.LabelEqual("cluster", "cluster-07"))),
	"create-100k":           create,
	"update":                update,
	"update-stale":          updateStale,
	"update-with-conflicts": updateWithConflicts,
	"modify-noop":           modifyNoop,
	"teardown":              teardown,
	"destroy":               destroy,
	"heap-10k":              heap(10_000),
	"heap-100k":             heap(100_000),
	"latency-1":             latency(1),
	"latency-100":           latency(100),
	"latency-1000":          latency(1_000),
	"latency-10000":         latency(10_000),
	"deliveries-1":          deliveries(1),
	"deliveries-100":        deliveries(100),
	"deliveries-1000":       deliveries(1_000),
	"deliveries-10000":      deliveries(10_000),
	"bootstrap-100k":        bootstrap,
	"bootstrap-100k-agg":    bootstrapAggregated,

	"wake-up":           chained(1, 5_000),
	"chain-10":          chained(10, 2_000),
	"chain-50":          chained(50, 1_000),
	"converge-1k":       converge(1_000),
	"converge-10k":      converge(10_000),
	"converge-100k":     converge(100_000),
	"change-100":        queued(100, 5_000),
	"change-1k":         queued(1_000, 5_000),
	"change-10k":        queued(10_000, 5_000),
	"merge-change-100":  mergeChange(100, 200),
	"merge-change-1k":   mergeChange(1_000, 50),
	"merge-change-10k":  mergeChange(10_000, 10),
	"merge-change-100k": mergeChange(100_000, 2),
	"merge-cold-10k":    cold(10_000),
	"merge-cold-100k":   cold(100_000),
	"merge-live-10k":    live(10_000),
	"merge-peak-100k":   peak(100_000),
}

func main() {
	if command, ok := apiCommands[os.Args[1]]; ok {
		command(os.Args[2:])

		return
	}

	measure, ok := rows[os.Args[1]]
	if !ok {
		fmt.Fprintf(os.Stderr, "no row %q\n", os.Args[1])
		os.Exit(2)
	}

	count, err := strconv.Atoi(os.Args[2])
	must(err)

	samples := make([]sample, count)

	for n := range samples {
		samples[n] = measure(context.Background())
	}

	must(json.NewEncoder(os.Stdout).Encode(samples))
}
