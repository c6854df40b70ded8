import type { Host } from '@cosi-ts/core';
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
import { peerSpecController } from '../kubespan/peer-spec.ts';
import { discoveryServiceController } from '../registries/service/discovery-service.ts';
import { hardwareAddressController, hostnameController, machineTypeController } from '../system/from-config.ts';
import { nodeAddressController } from '../system/node-address.ts';
import { nodenameController } from '../system/nodename.ts';
import { stateVolumeController } from '../system/state-volume.ts';

/** Every controller of a node, from its configuration to its members. */
export function nodeControllers(options: {
  readonly host: Host;
  readonly directory: string;
  readonly configPath: string;
  readonly os: OperatingSystem;
  readonly ttl: number;
}): readonly Controller[] {
  const { host, directory, configPath, os, ttl } = options;
  return [
    machineConfigFileController(host, configPath),
    stateVolumeController(directory),
    machineTypeController,
    hostnameController,
    nodenameController,
    hardwareAddressController,
    nodeAddressController,
    discoveryConfigController,
    infoController,
    nodeIdentityController(host),
    kubespanConfigController,
    kubespanIdentityController(host),
    localAffiliateController(os),
    discoveryServiceController({ host, os, ttl, directory }),
    affiliateMergeController,
    memberController,
    endpointController,
    peerSpecController,
    kubespanEndpointController,
  ];
}
