package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/protobuf/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// callers is how many calls are under way at a time.
const callers = 64

// subject is a server in another process, and our one connection to it.
type subject struct {
	state.State

	pid int
}

type apiRow func(ctx context.Context, server subject) sample

var apiRows = map[string]apiRow{
	"get":            getOneByOne,
	"get-64":         getByMany,
	"create-64":      createByMany,
	"update-64":      updateByMany,
	"list-10k":       listAll,
	"watch-1":        stream(1),
	"watch-10":       stream(10),
	"watch-100":      stream(100),
	"bootstrap-100k": bootstrapRemote,
	"rss-100k":       residentAfterBootstraps,
	"rss-watch":      idleWatches,
}

// drive measures one row on a server and prints the sample: `drive ROW SOCKET PID LIMIT`, LIMIT being the largest message
// that is taken.
func drive(args []string) {
	registerMember()

	pid, err := strconv.Atoi(args[2])
	must(err)

	limit, err := strconv.Atoi(args[3])
	must(err)

	connection, err := grpc.NewClient(
		"unix:"+args[1],
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(limit)),
	)
	must(err)

	server := subject{State: state.WrapCore(client.NewAdapter(v1alpha1.NewStateClient(connection))), pid: pid}
	must(json.NewEncoder(os.Stdout).Encode(apiRows[args[0]](context.Background(), server)))
}

// byMany does something for each number below count, 64 at a time, and the same caller always for the same ones.
func byMany(count int, do func(n int)) {
	var group sync.WaitGroup

	for first := range callers {
		group.Go(func() {
			for n := first; n < count; n += callers {
				do(n)
			}
		})
	}

	group.Wait()
}

func (server subject) fill(ctx context.Context, count int) []*member {
	all := members(count)
	byMany(count, func(n int) { must(server.Create(ctx, all[n])) })

	return all
}

// measure is what count operations took, and what the server's processors spent on each.
func (server subject) measure(count int, work func()) sample {
	cpu, start := server.cpuNanos(), time.Now()

	work()

	elapsed := time.Since(start)

	return sample{
		Value: float64(elapsed.Nanoseconds()) / float64(count),
		CPU:   float64(server.cpuNanos()-cpu) / float64(count),
		Details: map[string]string{
			"rate": fmt.Sprintf("%.0f/s", float64(count)/elapsed.Seconds()),
		},
	}
}

func percentile(times []time.Duration, share float64) string {
	slices.Sort(times)

	return times[int(float64(len(times)-1)*share)].Round(time.Microsecond).String()
}

// cpuNanos is what the server's process spent so far; Linux counts in hundredths of a second.
func (server subject) cpuNanos() int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", server.pid))
	must(err)

	// The name may hold spaces; what follows its bracket begins with the third field.
	fields := strings.Fields(string(text[strings.LastIndex(string(text), ")")+2:]))
	total := int64(0)

	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(field, 10, 64)
		must(err)

		total += ticks
	}

	return total * int64(10*time.Millisecond)
}

// resident is the bytes of the server's process that are in memory.
func (server subject) resident() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", server.pid))
	must(err)

	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); fields[0] == "VmRSS:" {
			kilobytes, err := strconv.Atoi(fields[1])
			must(err)

			return float64(kilobytes) * 1024
		}
	}

	panic("no VmRSS")
}

func megabytes(bytes float64) string { return fmt.Sprintf("%.0f MB", bytes/1e6) }
