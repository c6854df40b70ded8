package state

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta"
	"github.com/cosi-project/runtime/pkg/resource/protobuf"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/siderolabs/talos/pkg/machinery/resources/cluster"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	// All that this library knows of a node.
	_ "github.com/siderolabs/talos/pkg/machinery/resources/block"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/config"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/files"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/kubespan"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/network"
	_ "github.com/siderolabs/talos/pkg/machinery/resources/runtime"
)

// TestDefinitions compares what the server tells of the types with what the library knows of them.
func TestDefinitions(t *testing.T) {
	ctx := limited(t)

	for _, definition := range definitions(ctx, t) {
		t.Run(definition.TypedSpec().Type, func(t *testing.T) {
			known, ok := example(t, definition).(meta.ResourceDefinitionProvider)
			require.True(t, ok)

			expected, err := meta.NewResourceDefinition(known.ResourceDefinition())
			require.NoError(t, err)
			assert.Equal(t, expected.Metadata().ID(), definition.Metadata().ID())

			// Whether there are none or it is not said that there are any is all the same.
			if len(expected.TypedSpec().PrintColumns) == 0 {
				expected.TypedSpec().PrintColumns = definition.TypedSpec().PrintColumns[:0]
			}

			assert.Equal(t, expected.TypedSpec(), definition.TypedSpec())
		})
	}
}

// TestResources reads every resource that there is into the library's types, and writes what it read as YAML: that is
// the server's YAML, to the character.
func TestResources(t *testing.T) {
	ctx := limited(t)

	for _, definition := range definitions(ctx, t) {
		t.Run(definition.TypedSpec().Type, func(t *testing.T) {
			kind := definition.TypedSpec()
			if slices.Contains(strings.Split(os.Getenv(differentVariable), ","), kind.Type) {
				return
			}

			namespaces := []resource.Namespace{kind.DefaultNamespace}

			if kind.Type == cluster.AffiliateType {
				namespaces = append(namespaces, cluster.RawNamespaceName)
			}

			for _, namespace := range namespaces {
				for _, sent := range list(ctx, t, namespace, kind.Type) {
					expectAlike(t, sent, example(t, definition))
				}
			}
		})
	}
}

// TestResourcesSurviveUpdates writes every resource with one label more; the caller looks at what became of them.
func TestResourcesSurviveUpdates(t *testing.T) {
	ctx := limited(t)
	st := connect(t, serverVariable)

	for _, definition := range definitions(ctx, t) {
		kind := definition.TypedSpec()
		if kind.DefaultNamespace == meta.NamespaceName {
			continue
		}

		known, err := st.List(ctx, resource.NewMetadata(kind.DefaultNamespace, kind.Type, "", resource.VersionUndefined))
		require.NoError(t, err)

		for _, one := range known.Items {
			require.IsType(t, example(t, definition), one)
			one.Metadata().Labels().Set("read-by", "go")
			require.NoError(t, st.Update(ctx, one), "%s", one.Metadata())
			require.EqualValues(t, "2", one.Metadata().Version().String())
		}
	}
}

func definitions(ctx context.Context, t *testing.T) []*meta.ResourceDefinition {
	t.Helper()

	all, err := safe.StateListAll[*meta.ResourceDefinition](ctx, connect(t, serverVariable))
	require.NoError(t, err)

	var found []*meta.ResourceDefinition

	for one := range all.All() {
		kind := one.TypedSpec().Type

		// Types of our own, which no library knows.
		if strings.HasSuffix(kind, ".cosi.dev") && one.TypedSpec().DefaultNamespace != meta.NamespaceName {
			continue
		}

		found = append(found, one)
	}

	require.NotEmpty(t, found)

	return found
}

// example gives an empty resource of the library's type.
func example(t *testing.T, definition *meta.ResourceDefinition) resource.Resource {
	t.Helper()

	kind := definition.TypedSpec().Type
	if empty, err := protobuf.CreateResource(kind); err == nil {
		return empty
	}

	wrapped, err := protobuf.Unmarshal(&v1alpha1.Resource{
		Metadata: &v1alpha1.Metadata{Type: kind, Version: "undefined", Phase: "running"},
		Spec:     &v1alpha1.Spec{},
	})
	require.NoError(t, err)

	empty, err := protobuf.UnmarshalResource(wrapped)
	require.NoError(t, err)
	require.NotEqual(t, wrapped, empty, "the library does not know it")

	return empty
}

// list gives resources as they are sent.
func list(ctx context.Context, t *testing.T, namespace resource.Namespace, kind resource.Type) []*v1alpha1.Resource {
	t.Helper()

	stream, err := v1alpha1.NewStateClient(dial(t, serverVariable)).List(ctx, &v1alpha1.ListRequest{
		Namespace: namespace, Type: kind, Options: &v1alpha1.ListOptions{},
	})
	require.NoError(t, err)

	var resources []*v1alpha1.Resource

	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return resources
		}

		require.NoError(t, err)

		resources = append(resources, message.GetResource())
	}
}

func expectAlike(t *testing.T, sent *v1alpha1.Resource, like resource.Resource) {
	t.Helper()

	wrapped, err := protobuf.Unmarshal(sent)
	require.NoError(t, err)

	read, err := protobuf.UnmarshalResource(wrapped)
	require.NoError(t, err)
	require.IsType(t, like, read)

	written, err := protobuf.FromResource(read)
	require.NoError(t, err)

	again, err := written.Marshal()
	require.NoError(t, err)

	assert.Equal(t, again.GetSpec().GetYamlSpec(), sent.GetSpec().GetYamlSpec(), "%s", read.Metadata())
}
