package state

import (
	"testing"

	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
	"github.com/siderolabs/talos/pkg/machinery/resources/cluster"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNode reads a node of a cluster of two control plane nodes and a worker as programs do.
func TestNode(t *testing.T) {
	ctx := limited(t)
	node := connect(t, serverVariable)

	members, err := safe.StateListAll[*cluster.Member](ctx, node)
	require.NoError(t, err)

	kinds := map[machine.Type]int{}

	for member := range members.All() {
		spec := member.TypedSpec()
		kinds[spec.MachineType]++

		assert.Equal(t, member.Metadata().ID(), spec.Hostname)
		assert.NotEmpty(t, spec.Addresses)

		affiliate, err := safe.StateGetByID[*cluster.Affiliate](ctx, node, spec.NodeID)
		require.NoError(t, err)
		assert.Equal(t, spec.Addresses, affiliate.TypedSpec().Addresses)
		assert.Equal(t, spec.ControlPlane, affiliate.TypedSpec().ControlPlane)
	}

	assert.Equal(t, map[machine.Type]int{machine.TypeControlPlane: 2, machine.TypeWorker: 1}, kinds)

	identity, err := safe.StateGetByID[*cluster.Identity](ctx, node, cluster.LocalIdentity)
	require.NoError(t, err)

	err = node.Destroy(ctx, identity.Metadata())
	require.ErrorContains(t, err, "write access is not allowed")
	// This is what the client makes of a refusal.
	assert.True(t, state.IsOwnerConflictError(err))
}
