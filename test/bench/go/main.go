// Measures one row of the state benchmark on the COSI runtime for Go and prints its samples as JSON.
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
}

func main() {
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
