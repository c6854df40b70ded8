package state

import (
	"context"
	"fmt"
	"testing"

	"github.com/cosi-project/runtime/pkg/controller/conformance"
	"github.com/cosi-project/runtime/pkg/controller/runtime"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"
)

// TestWatchSurvivesRestarts writes while the server is stopped, again and again: a watch of the kind and one of a
// resource tell every change once and in order.
func TestWatchSurvivesRestarts(t *testing.T) {
	for _, aggregated := range []bool{false, true} {
		t.Run(fmt.Sprintf("aggregated=%t", aggregated), func(t *testing.T) {
			ctx := limited(t)

			order(t, "empty")

			watched := connect(t, serverVariable)
			backstage := connect(t, backstageVariable)

			const (
				namespace = "watched"
				rounds    = 5
			)

			kept := conformance.NewIntResource(namespace, "kept", 0)
			require.NoError(t, backstage.Create(ctx, kept))

			kind := watchKind(ctx, t, watched, kept.Metadata(), aggregated)
			require.Equal(t, "created kept=0", <-kind)
			require.Equal(t, "bootstrapped", <-kind)

			single := watchOne(ctx, t, watched, kept.Metadata())
			require.Equal(t, "created kept=0", <-single)

			for round := 1; round <= rounds; round++ {
				order(t, "stop")

				passing := conformance.NewIntResource(namespace, fmt.Sprintf("passing-%d", round), round)
				require.NoError(t, backstage.Create(ctx, passing))
				set(ctx, t, backstage, kept, 10*round)
				require.NoError(t, backstage.Destroy(ctx, passing.Metadata()))

				order(t, "start")

				// A watch does not look whether it missed the server's stop or its start.
				set(ctx, t, backstage, kept, 10*round+1)

				for _, expected := range []string{
					fmt.Sprintf("created passing-%d=%d", round, round),
					fmt.Sprintf("updated kept=%d", 10*round),
					fmt.Sprintf("destroyed passing-%d=%d", round, round),
					fmt.Sprintf("updated kept=%d", 10*round+1),
				} {
					require.Equal(t, expected, <-kind)
				}

				require.Equal(t, fmt.Sprintf("updated kept=%d", 10*round), <-single)
				require.Equal(t, fmt.Sprintf("updated kept=%d", 10*round+1), <-single)
			}
		})
	}
}

// TestWatchOfLostState ends with an error that says so: what was missed nobody knows.
func TestWatchOfLostState(t *testing.T) {
	ctx := limited(t)

	order(t, "empty")

	watched := connect(t, serverVariable)
	kept := conformance.NewIntResource("lost", "kept", 0)
	require.NoError(t, watched.Create(ctx, kept))

	events := make(chan state.Event)
	require.NoError(t, watched.WatchKind(ctx, kept.Metadata(), events, state.WithBootstrapContents(true)))
	require.Equal(t, state.Created, (<-events).Type)
	require.Equal(t, state.Bootstrapped, (<-events).Type)

	order(t, "empty")

	event := <-events
	require.Equal(t, state.Errored, event.Type)
	require.True(t, state.IsInvalidWatchBookmarkError(event.Error), "%v", event.Error)
}

// TestControllersSurviveRestarts has controllers catch up on what was written while their state was away.
func TestControllersSurviveRestarts(t *testing.T) {
	ctx, cancel := context.WithCancel(limited(t))
	defer cancel()

	order(t, "empty")

	remote := connect(t, serverVariable)
	backstage := connect(t, backstageVariable)

	controllers, err := runtime.NewRuntime(remote, zaptest.NewLogger(t))
	require.NoError(t, err)
	require.NoError(t, controllers.RegisterController(&conformance.IntToStrController{
		SourceNamespace: "ints", TargetNamespace: "strings",
	}))

	ended := make(chan error, 1)

	go func() { ended <- controllers.Run(ctx) }()

	for round := range 3 {
		if round > 0 {
			order(t, "stop")
		}

		id := fmt.Sprintf("number-%d", round)
		require.NoError(t, backstage.Create(ctx, conformance.NewIntResource("ints", id, round)))

		if round > 0 {
			order(t, "start")
		}

		_, err = backstage.WatchFor(ctx, conformance.NewStrResource("strings", id, "").Metadata(),
			state.WithEventTypes(state.Created))
		require.NoError(t, err)
	}

	cancel()
	require.NoError(t, <-ended)
}

func set(ctx context.Context, t *testing.T, st state.State, what *conformance.IntResource, value int) {
	t.Helper()

	_, err := safe.StateUpdateWithConflicts(ctx, st, what.Metadata(), func(r *conformance.IntResource) error {
		r.SetValue(value)

		return nil
	})
	require.NoError(t, err)
}

// watchKind tells the events of a kind as text.
func watchKind(
	ctx context.Context, t *testing.T, st state.State, kind resource.Kind, aggregated bool,
) <-chan string {
	t.Helper()

	texts := make(chan string, 100)

	if !aggregated {
		events := make(chan state.Event)
		require.NoError(t, st.WatchKind(ctx, kind, events, state.WithBootstrapContents(true)))
		go tell(ctx, texts, events)

		return texts
	}

	batches := make(chan []state.Event)
	require.NoError(t, st.WatchKindAggregated(ctx, kind, batches, state.WithBootstrapContents(true)))

	events := make(chan state.Event)
	go tell(ctx, texts, events)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case batch := <-batches:
				for _, event := range batch {
					events <- event
				}
			}
		}
	}()

	return texts
}

func watchOne(ctx context.Context, t *testing.T, st state.State, pointer resource.Pointer) <-chan string {
	t.Helper()

	texts := make(chan string, 100)
	events := make(chan state.Event)
	require.NoError(t, st.Watch(ctx, pointer, events))

	go tell(ctx, texts, events)

	return texts
}

func tell(ctx context.Context, texts chan<- string, events <-chan state.Event) {
	for {
		select {
		case <-ctx.Done():
			texts <- "too late"

			return
		case event := <-events:
			texts <- textOf(event)
		}
	}
}

func textOf(event state.Event) string {
	switch event.Type {
	case state.Created, state.Updated, state.Destroyed:
		names := map[state.EventType]string{
			state.Created: "created", state.Updated: "updated", state.Destroyed: "destroyed",
		}
		r := event.Resource.(*conformance.IntResource) //nolint:forcetypeassert

		return fmt.Sprintf("%s %s=%d", names[event.Type], r.Metadata().ID(), r.Value())
	case state.Bootstrapped:
		return "bootstrapped"
	case state.Noop:
		return "noop"
	case state.Errored:
		return fmt.Sprintf("errored: %s", event.Error)
	}

	return "unknown"
}
