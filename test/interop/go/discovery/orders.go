package main

import (
	"bufio"
	"encoding/json"
	"io"

	clientpb "github.com/siderolabs/discovery-api/api/v1alpha1/client/pb"
	"github.com/siderolabs/discovery-client/pkg/client"
)

// order is what a line of the input says: publish this, or leave.
type order struct {
	Set    *publication `json:"set"`
	Delete bool         `json:"delete"`
}

type publication struct {
	affiliate
	Others []other `json:"others"`
}

// other tells where another node was reached.
type other struct {
	AffiliateID string            `json:"affiliateId"`
	Endpoints   []json.RawMessage `json:"endpoints"`
}

// obey follows the orders until there are no more.
func obey(node *client.Client, orders io.Reader) error {
	lines := bufio.NewScanner(orders)
	lines.Buffer(nil, 1<<20)

	for lines.Scan() {
		var next order
		if err := json.Unmarshal(lines.Bytes(), &next); err != nil {
			return err
		}

		if next.Delete {
			node.DeleteLocalAffiliate()
		}

		if next.Set != nil {
			if err := publish(node, *next.Set); err != nil {
				return err
			}
		}
	}

	return lines.Err()
}

func publish(node *client.Client, what publication) error {
	local, err := what.read()
	if err != nil {
		return err
	}

	others := make([]client.Endpoint, 0, len(what.Others))

	for _, peer := range what.Others {
		var endpoints []*clientpb.Endpoint
		if endpoints, err = readEndpoints(peer.Endpoints); err != nil {
			return err
		}

		others = append(others, client.Endpoint{AffiliateID: peer.AffiliateID, Endpoints: endpoints})
	}

	return node.SetLocalData(local, others)
}
