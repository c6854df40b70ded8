package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/cosi-project/runtime/pkg/controller"
	"github.com/cosi-project/runtime/pkg/controller/generic/qtransform"
	"github.com/cosi-project/runtime/pkg/controller/generic/transform"
	"github.com/cosi-project/runtime/pkg/controller/runtime"
	"github.com/cosi-project/runtime/pkg/controller/runtime/options"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta/spec"
	"github.com/cosi-project/runtime/pkg/resource/typed"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
	"go.uber.org/zap"
)

// linkExtension names a type along a chain by the length of an array: a chain needs a type of its own for each link.
type linkExtension[N any] struct{}

func (linkExtension[N]) ResourceDefinition() spec.ResourceDefinitionSpec {
	return spec.ResourceDefinitionSpec{Type: linkType[N](), DefaultNamespace: namespace}
}

func linkType[N any]() string {
	return fmt.Sprintf("Members%d.bench.cosi.dev", reflect.TypeFor[N]().Len())
}

type linkMember[N any] = typed.Resource[memberSpec, linkExtension[N]]

func newLink[N any](id string) *linkMember[N] {
	md := resource.NewMetadata(namespace, linkType[N](), id, resource.VersionUndefined)

	return typed.NewResource[memberSpec, linkExtension[N]](md, memberSpec{})
}

func mapLink[In, Out any](in *linkMember[In]) *linkMember[Out] {
	return newLink[Out](in.Metadata().ID())
}

func copyLink[In, Out any](
	_ context.Context, _ controller.Reader, _ *zap.Logger, in *linkMember[In], out *linkMember[Out],
) error {
	*out.TypedSpec() = in.TypedSpec().DeepCopy()

	return nil
}

// link registers a controller of the loop style that copies each input.
func link[In, Out any](rt *runtime.Runtime) {
	must(rt.RegisterController(transform.NewController(transform.Settings[*linkMember[In], *linkMember[Out]]{
		Name:            "Controller" + linkType[Out](),
		MapMetadataFunc: mapLink[In, Out],
		TransformFunc:   copyLink[In, Out],
	})))
}

// queueLink registers one of the queue style that does the same.
func queueLink[In, Out any](rt *runtime.Runtime) {
	must(rt.RegisterQController(qtransform.NewQController(qtransform.Settings[*linkMember[In], *linkMember[Out]]{
		Name:              "Controller" + linkType[Out](),
		MapMetadataFunc:   mapLink[In, Out],
		UnmapMetadataFunc: mapLink[Out, In],
		TransformFunc:     copyLink[In, Out],
	})))
}

// newLargeState has a history that no run overruns.
func newLargeState() state.State {
	const history = 1 << 20

	build := inmem.NewStateWithOptions(inmem.WithHistoryMaxCapacity(history), inmem.WithHistoryInitialCapacity(1024))

	return state.WrapCore(namespaced.NewState(func(ns resource.Namespace) state.CoreState { return build(ns) }))
}

func newRuntime(st state.State) *runtime.Runtime {
	rt, err := runtime.NewRuntime(st, zap.NewNop(), options.WithMetrics(false))
	must(err)

	return rt
}
