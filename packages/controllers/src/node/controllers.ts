import type { Host } from '@cosi-ts/core';
import type { IpPrefix } from '@cosi-ts/resources';
import type { Controller } from '@cosi-ts/runtime';
import { affiliateMergeController } from '../cluster/affiliate-merge.ts';
import { endpointController } from '../cluster/endpoint.ts';
import { discoveryConfigController } from '../cluster/discovery-config.ts';
import { infoController } from '../cluster/info.ts';
import { localAffiliateController, type OperatingSystem } from '../cluster/local-affiliate.ts';
import { memberController } from '../cluster/member.ts';
import { nodeIdentityController } from '../cluster/node-identity.ts';
import { machineConfigFileController } from '../config/machine-config-file.ts';
import { kubespanConfigController } from '../kubespan/config.ts';
import { kubespanEndpointController } from '../kubespan/endpoint.ts';
import { kubespanIdentityController } from '../kubespan/identity.ts';
import { meshControllers, type NetworkOfNode } from '../kubespan/mesh/mesh-controllers.ts';
import { peerSpecController } from '../kubespan/peer-spec.ts';
import type { KubernetesAccess } from '../registries/kubernetes/api.ts';
import { nodeStatusController } from '../registries/kubernetes/node-status.ts';
import { kubernetesPullController } from '../registries/kubernetes/pull.ts';
import { kubernetesPushController } from '../registries/kubernetes/push.ts';
import { discoveryServiceController } from '../registries/service/discovery-service.ts';
import { addressFilterController } from '../system/address-filter.ts';
import { addressStatusController } from '../system/address-status.ts';
import { apiServerConfigController } from '../system/api-server.ts';
import { hardwareAddressController } from '../system/hardware-address.ts';
import type { HostSystem } from '../system/host/host-system.ts';
import { hostnameController } from '../system/hostname.ts';
import { machineTypeController } from '../system/machine-type.ts';
import { nodeAddressController } from '../system/node-address.ts';
import { nodenameController } from '../system/nodename.ts';
import { sortAlgorithmController } from '../system/sort-algorithm.ts';
import { stateVolumeController } from '../system/state-volume.ts';

export interface NodeControllersOptions {
  readonly host: Host;
  readonly directory: string;
  readonly configPath: string;
  readonly os: OperatingSystem;
  readonly ttl: number;
  /** The machine that tells what the configuration does not; without one nobody does. */
  readonly system?: HostSystem | undefined;
  /** The cluster that the Kubernetes registry uses; without one there is no such registry. */
  readonly kubernetes?: KubernetesAccess | undefined;
  /** The networks that this node gives its pods addresses from, where Kubernetes does not tell. */
  readonly podCidrs?: readonly IpPrefix[] | undefined;
  /** The machine's network, for KubeSpan's device; without one there is no device, and nothing on the machine is changed. */
  readonly network?: NetworkOfNode | undefined;
}

/** Every controller of a node, from its configuration to its members. */
export function nodeControllers(options: NodeControllersOptions): readonly Controller[] {
  const { host, directory, configPath, os, ttl, system, kubernetes, podCidrs = [], network } = options;
  return [
    machineConfigFileController(host, configPath),
    stateVolumeController(directory),
    machineTypeController,
    hostnameController(host, system),
    nodenameController,
    nodeStatusController(host, kubernetes, podCidrs),
    hardwareAddressController(host, system),
    addressStatusController(host, system),
    addressFilterController,
    sortAlgorithmController,
    nodeAddressController(system !== undefined),
    apiServerConfigController,
    discoveryConfigController,
    infoController,
    nodeIdentityController(host),
    kubespanConfigController,
    kubespanIdentityController(host),
    localAffiliateController(os),
    kubernetesPushController(host, kubernetes, directory),
    kubernetesPullController(host, kubernetes),
    discoveryServiceController({ host, os, ttl, directory }),
    affiliateMergeController,
    memberController,
    endpointController,
    peerSpecController,
    kubespanEndpointController,
    ...meshControllers(host, network),
  ];
}
