package state

import (
	"testing"

	"github.com/cosi-project/runtime/pkg/controller/conformance"
	"github.com/cosi-project/runtime/pkg/controller/runtime"
	"github.com/cosi-project/runtime/pkg/controller/runtime/options"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/protobuf"
	stateconformance "github.com/cosi-project/runtime/pkg/state/conformance"
	"github.com/stretchr/testify/require"
	"github.com/stretchr/testify/suite"
	"go.uber.org/zap/zaptest"
)

func init() {
	for _, err := range []error{
		protobuf.RegisterResource(stateconformance.PathResourceType, &stateconformance.PathResource{}),
		protobuf.RegisterResource(conformance.IntResourceType, &conformance.IntResource{}),
		protobuf.RegisterResource(conformance.StrResourceType, &conformance.StrResource{}),
		protobuf.RegisterResource(conformance.SentenceResourceType, &conformance.SentenceResource{}),
	} {
		if err != nil {
			panic(err)
		}
	}
}

// TestStateConformance holds the server to what any backend of a state must do.
func TestStateConformance(t *testing.T) {
	suite.Run(t, &stateconformance.StateSuite{
		State:      connect(t, serverVariable),
		Namespaces: []resource.Namespace{"default", "controller", "system", "runtime"},
	})
}

// TestRuntimeConformance runs controllers whose state is the server.
func TestRuntimeConformance(t *testing.T) {
	runControllers(t, false)
}

// TestCachedRuntimeConformance runs controllers that read from caches, which watches of the server fill.
func TestCachedRuntimeConformance(t *testing.T) {
	runControllers(t, true, cachedKinds()...)
}

func runControllers(t *testing.T, cached bool, options ...options.Option) {
	t.Helper()

	suite.Run(t, &conformance.RuntimeSuite{
		MetricsReadCacheEnabled: cached,
		SetupRuntime: func(suite *conformance.RuntimeSuite) {
			order(suite.T(), "empty")

			var err error

			suite.State = connect(suite.T(), serverVariable)
			suite.Runtime, err = runtime.NewRuntime(suite.State, zaptest.NewLogger(suite.T()), options...)
			require.NoError(suite.T(), err)
		},
	})
}

// cachedKinds are those that the suite's controllers read.
func cachedKinds() []options.Option {
	var cached []options.Option

	for kind, namespaces := range map[resource.Type][]resource.Namespace{
		conformance.IntResourceType: {
			"default", "ints", "source", "target", "source1", "source2", "q-int", "metrics", "q-sleep-in",
		},
		conformance.StrResourceType: {
			"default", "strings", "modify-with-result-source", "modify-with-result-target", "q-str", "metrics", "q-sleep-out",
		},
		conformance.SentenceResourceType: {"sentences"},
	} {
		for _, namespace := range namespaces {
			cached = append(cached, options.WithCachedResource(namespace, kind))
		}
	}

	return cached
}
