package main

import (
	"fmt"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta/spec"
	"github.com/cosi-project/runtime/pkg/resource/typed"
)

const (
	namespace  = "cluster"
	memberType = "Members.bench.cosi.dev"
)

// memberSpec has the fields of a cluster member.
type memberSpec struct {
	NodeID          string   `protobuf:"1" yaml:"nodeId"`
	Addresses       []string `protobuf:"2" yaml:"addresses"`
	Hostname        string   `protobuf:"3" yaml:"hostname"`
	MachineType     string   `protobuf:"4" yaml:"machineType"`
	OperatingSystem string   `protobuf:"5" yaml:"operatingSystem"`
}

func (m memberSpec) DeepCopy() memberSpec {
	m.Addresses = append([]string(nil), m.Addresses...)

	return m
}

type memberExtension struct{}

func (memberExtension) ResourceDefinition() spec.ResourceDefinitionSpec {
	return spec.ResourceDefinitionSpec{Type: memberType, DefaultNamespace: namespace}
}

type member = typed.Resource[memberSpec, memberExtension]

func idOf(n int) string { return fmt.Sprintf("member-%06d", n) }

func pointerOf(n int) resource.Metadata {
	return resource.NewMetadata(namespace, memberType, idOf(n), resource.VersionUndefined)
}

// newMember builds the resource that every row works on; the program beside builds the same.
func newMember(n int) *member {
	md := pointerOf(n)
	md.Labels().Set("cluster", fmt.Sprintf("cluster-%02d", n%100))

	role := "worker"
	if n%3 == 0 {
		role = "controlplane"
	}

	md.Labels().Set("role", role)

	return typed.NewResource[memberSpec, memberExtension](md, memberSpec{
		NodeID:          fmt.Sprintf("%032x", n),
		Addresses:       []string{fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255), fmt.Sprintf("fd00::%x", n+1)},
		Hostname:        idOf(n),
		MachineType:     role,
		OperatingSystem: "Talos (v1.13.0)",
	})
}
