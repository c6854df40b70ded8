package main

import (
	"context"
	"fmt"
	gort "runtime"
	"syscall"

	"github.com/cosi-project/runtime/pkg/controller"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
	"go.uber.org/zap"
)

// A full pass over everything at each wake-up, as controllers of the loop style make it.
type pass struct {
	name    string
	input   controller.Input
	output  controller.Output
	doneFor resource.Kind
	run     func(ctx context.Context, r controller.Runtime) error
}

func (p *pass) Name() string                 { return p.name }
func (p *pass) Inputs() []controller.Input   { return []controller.Input{p.input} }
func (p *pass) Outputs() []controller.Output { return []controller.Output{p.output} }

func (p *pass) Run(ctx context.Context, r controller.Runtime, _ *zap.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.EventCh():
		}

		r.StartTrackingOutputs()

		if err := p.run(ctx, r); err != nil {
			return err
		}

		if err := r.CleanupOutputs(ctx, p.doneFor); err != nil {
			return err
		}
	}
}

func mergePass() *pass {
	return &pass{
		name:    "MergeController",
		input:   controller.Input{Namespace: rawNamespace, Type: affiliateType, Kind: controller.InputWeak},
		output:  controller.Output{Type: affiliateType, Kind: controller.OutputShared},
		doneFor: emptyAffiliate(namespace, "").Metadata(),
		run: func(ctx context.Context, r controller.Runtime) error {
			all, err := safe.ReaderList[*affiliate](ctx, r, emptyAffiliate(rawNamespace, "").Metadata())
			if err != nil {
				return err
			}

			merged := make(map[string]*affiliateSpec, all.Len())

			for one := range all.All() {
				known, ok := merged[one.TypedSpec().NodeID]
				if !ok {
					first := one.TypedSpec().DeepCopy()
					merged[first.NodeID] = &first

					continue
				}

				known.merge(*one.TypedSpec())
			}

			for id, spec := range merged {
				if err := safe.WriterModify(ctx, r, emptyAffiliate(namespace, id), func(res *affiliate) error {
					*res.TypedSpec() = *spec

					return nil
				}); err != nil {
					return err
				}
			}

			return nil
		},
	}
}

func memberPass() *pass {
	return &pass{
		name:    "MemberController",
		input:   controller.Input{Namespace: namespace, Type: affiliateType, Kind: controller.InputWeak},
		output:  controller.Output{Type: memberType, Kind: controller.OutputExclusive},
		doneFor: pointerOf(0),
		run: func(ctx context.Context, r controller.Runtime) error {
			all, err := safe.ReaderList[*affiliate](ctx, r, emptyAffiliate(namespace, "").Metadata())
			if err != nil {
				return err
			}

			for one := range all.All() {
				spec := one.TypedSpec()
				empty := newMember(0)
				*empty.Metadata() = resource.NewMetadata(namespace, memberType, spec.Nodename, resource.VersionUndefined)

				if err := safe.WriterModify(ctx, r, empty, func(res *member) error {
					*res.TypedSpec() = memberSpec{
						NodeID:          spec.NodeID,
						Addresses:       spec.Addresses,
						Hostname:        spec.Hostname,
						MachineType:     spec.MachineType,
						OperatingSystem: spec.OperatingSystem,
					}

					return nil
				}); err != nil {
					return err
				}
			}

			return nil
		},
	}
}

type cluster struct {
	st      state.State
	members <-chan state.Event
	start   func() <-chan struct{}
}

func newCluster(ctx context.Context) cluster {
	st := newLargeState()
	rt := newRuntime(st)

	must(rt.RegisterController(mergePass()))
	must(rt.RegisterController(memberPass()))

	return cluster{st: st, members: outputs(ctx, st, memberType), start: func() <-chan struct{} { return run(ctx, rt) }}
}

func (c cluster) fill(ctx context.Context, nodes int) {
	for n := range nodes {
		for _, registry := range []string{"k8s", "service"} {
			must(c.st.Create(ctx, rawAffiliate(registry, n, fmt.Sprintf("172.20.0.%d", n%250))))
		}
	}
}

func (c cluster) await(count int) {
	seen := make(map[string]struct{}, count)
	for len(seen) < count {
		event := <-c.members
		seen[event.Resource.Metadata().ID()] = struct{}{}
	}
}

func cold(nodes int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		c := newCluster(ctx)
		c.fill(ctx, nodes)

		gort.GC()

		clock := begin()
		stopped := c.start()

		c.await(nodes)

		s := clock.perOp(1)

		cancel()
		<-stopped

		return s
	}
}

func live(nodes int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		c := newCluster(ctx)
		stopped := c.start()

		gort.GC()

		clock := begin()

		go c.fill(ctx, nodes)
		c.await(nodes)

		s := clock.perOp(1)

		cancel()
		<-stopped

		return s
	}
}

func mergeChange(nodes, rounds int) row {
	return func(ctx context.Context) sample {
		ctx, cancel := context.WithCancel(ctx)
		c := newCluster(ctx)
		c.fill(ctx, nodes)
		stopped := c.start()
		c.await(nodes)

		gort.GC()

		times := make([]sample, 0, rounds)

		for round := range rounds {
			next := rawAffiliate("service", round*7919%nodes, fmt.Sprintf("172.21.%d.%d", round>>8&255, round&255))
			clock := begin()

			_, err := c.st.UpdateWithConflicts(ctx, next.Metadata(), func(r resource.Resource) error {
				*r.(*affiliate).TypedSpec() = *next.TypedSpec()

				return nil
			})
			must(err)

			<-c.members

			times = append(times, clock.perOp(1))
		}

		cancel()
		<-stopped

		return medianOf(times)
	}
}

// peak is the most memory that the process of a cold start ever had.
func peak(nodes int) row {
	return func(ctx context.Context) sample {
		cold(nodes)(ctx)

		var usage syscall.Rusage

		must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))

		return sample{Value: float64(usage.Maxrss) * 1024}
	}
}
