package main

import (
	"fmt"
	"slices"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta/spec"
	"github.com/cosi-project/runtime/pkg/resource/typed"
)

const (
	rawNamespace  = "cluster-raw"
	affiliateType = "Affiliates.bench.cosi.dev"
)

type kubespanSpec struct {
	PublicKey           string
	Address             string
	AdditionalAddresses []string
	Endpoints           []string
}

// affiliateSpec has the fields of an affiliate.
type affiliateSpec struct {
	NodeID          string
	Addresses       []string
	Hostname        string
	Nodename        string
	OperatingSystem string
	MachineType     string
	KubeSpan        kubespanSpec
	ControlPlane    int
}

func (a affiliateSpec) DeepCopy() affiliateSpec {
	a.Addresses = slices.Clone(a.Addresses)
	a.KubeSpan.AdditionalAddresses = slices.Clone(a.KubeSpan.AdditionalAddresses)
	a.KubeSpan.Endpoints = slices.Clone(a.KubeSpan.Endpoints)

	return a
}

// merge adds what another registry knows.
func (a *affiliateSpec) merge(other affiliateSpec) {
	a.Addresses = union(a.Addresses, other.Addresses)
	a.KubeSpan.AdditionalAddresses = union(a.KubeSpan.AdditionalAddresses, other.KubeSpan.AdditionalAddresses)
	a.KubeSpan.Endpoints = union(a.KubeSpan.Endpoints, other.KubeSpan.Endpoints)

	if other.Hostname != "" {
		a.Hostname = other.Hostname
	}

	if other.Nodename != "" {
		a.Nodename = other.Nodename
	}
}

func union(base, added []string) []string {
	for _, one := range added {
		if !slices.Contains(base, one) {
			base = append(base, one)
		}
	}

	return base
}

type affiliateExtension struct{}

func (affiliateExtension) ResourceDefinition() spec.ResourceDefinitionSpec {
	return spec.ResourceDefinitionSpec{Type: affiliateType, DefaultNamespace: namespace}
}

type affiliate = typed.Resource[affiliateSpec, affiliateExtension]

func emptyAffiliate(ns, id string) *affiliate {
	md := resource.NewMetadata(ns, affiliateType, id, resource.VersionUndefined)

	return typed.NewResource[affiliateSpec, affiliateExtension](md, affiliateSpec{})
}

// rawAffiliate is what a registry says of a node; the program beside builds the same.
func rawAffiliate(registry string, n int, address string) *affiliate {
	nodeID := fmt.Sprintf("%035d%08d", 0, n)
	addresses := []string{fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255), fmt.Sprintf("fd00::%x", n+1)}
	endpoints := []string{addresses[0] + ":51820"}
	own := addresses[1]

	if registry == "service" {
		addresses = append(addresses, address)
		endpoints = append(endpoints, address+":51820")
	}

	res := emptyAffiliate(rawNamespace, registry+"/"+nodeID)
	*res.TypedSpec() = affiliateSpec{
		NodeID:          nodeID,
		Addresses:       addresses,
		Hostname:        fmt.Sprintf("node-%d", n),
		Nodename:        fmt.Sprintf("node-%d", n),
		OperatingSystem: "Talos (v1.13.0)",
		MachineType:     "worker",
		KubeSpan: kubespanSpec{
			PublicKey:           fmt.Sprintf("key-%d", n),
			Address:             own,
			AdditionalAddresses: []string{fmt.Sprintf("10.244.%d.0/24", n&255)},
			Endpoints:           endpoints,
		},
	}

	if n < 3 {
		res.TypedSpec().MachineType = "controlplane"
		res.TypedSpec().ControlPlane = 6443
	}

	return res
}
