package main

import (
	"syscall"
	"time"
)

// sample is what one operation cost: nanoseconds on the wall (or bytes), and nanoseconds of the process's processors.
type sample struct {
	Value float64 `json:"value"`
	CPU   float64 `json:"cpu"`
	// What else was seen, ready to be shown.
	Details map[string]string `json:"details,omitempty"`
}

func (s sample) plus(other sample) sample {
	return sample{Value: s.Value + other.Value, CPU: s.CPU + other.CPU}
}

type clock struct {
	wall time.Time
	cpu  int64
}

func begin() clock {
	return clock{wall: time.Now(), cpu: cpuNanos()}
}

func (c clock) perOp(count int) sample {
	wall := time.Since(c.wall).Nanoseconds()

	return sample{Value: float64(wall) / float64(count), CPU: float64(cpuNanos()-c.cpu) / float64(count)}
}

func cpuNanos() int64 {
	var usage syscall.Rusage

	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))

	return usage.Utime.Nano() + usage.Stime.Nano()
}
