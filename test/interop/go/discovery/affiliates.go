package main

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"slices"

	clientpb "github.com/siderolabs/discovery-api/api/v1alpha1/client/pb"
	"github.com/siderolabs/discovery-client/pkg/client"
	"google.golang.org/protobuf/encoding/protojson"
)

// affiliate is a node's data, and where the node is reached, as protobuf writes them in JSON.
type affiliate struct {
	Affiliate json.RawMessage   `json:"affiliate"`
	Endpoints []json.RawMessage `json:"endpoints"`
}

// view is all that the node knows.
type view struct {
	PublicIP   []byte      `json:"publicIp"`
	Affiliates []affiliate `json:"affiliates"`
}

// report writes the view whenever there may be something new in it.
func report(ctx context.Context, node *client.Client, changed <-chan struct{}) error {
	out := json.NewEncoder(os.Stdout)

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}

		seen, err := look(node)
		if err != nil {
			return err
		}

		if err = out.Encode(seen); err != nil {
			return err
		}
	}
}

func look(node *client.Client) (view, error) {
	known := node.GetAffiliates()
	slices.SortFunc(known, func(a, b *client.Affiliate) int {
		return cmp.Compare(a.Affiliate.NodeId, b.Affiliate.NodeId)
	})

	seen := view{PublicIP: node.GetPublicIP(), Affiliates: make([]affiliate, 0, len(known))}

	for _, one := range known {
		written, err := write(one)
		if err != nil {
			return view{}, err
		}

		seen.Affiliates = append(seen.Affiliates, written)
	}

	return seen, nil
}

func write(one *client.Affiliate) (affiliate, error) {
	data, err := protojson.Marshal(one.Affiliate)
	if err != nil {
		return affiliate{}, err
	}

	endpoints := make([]json.RawMessage, 0, len(one.Endpoints))

	for _, endpoint := range one.Endpoints {
		var written []byte
		if written, err = protojson.Marshal(endpoint); err != nil {
			return affiliate{}, err
		}

		endpoints = append(endpoints, written)
	}

	return affiliate{Affiliate: data, Endpoints: endpoints}, nil
}

func (a affiliate) read() (*client.Affiliate, error) {
	data := &clientpb.Affiliate{}
	if err := protojson.Unmarshal(a.Affiliate, data); err != nil {
		return nil, err
	}

	endpoints, err := readEndpoints(a.Endpoints)

	return &client.Affiliate{Affiliate: data, Endpoints: endpoints}, err
}

func readEndpoints(texts []json.RawMessage) ([]*clientpb.Endpoint, error) {
	endpoints := make([]*clientpb.Endpoint, 0, len(texts))

	for _, text := range texts {
		endpoint := &clientpb.Endpoint{}
		if err := protojson.Unmarshal(text, endpoint); err != nil {
			return nil, err
		}

		endpoints = append(endpoints, endpoint)
	}

	return endpoints, nil
}
