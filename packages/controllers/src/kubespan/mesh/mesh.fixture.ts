import type { Owner } from '@cosi-ts/core';
import {
  AddressStatus,
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type KubeSpanConfigSpec,
  type KubeSpanIdentitySpec,
  type KubeSpanPeerSpecSpec,
} from '@cosi-ts/resources';
import { collection, type State } from '@cosi-ts/runtime';
import { runControllers, type Machine, type Running } from '../../controllers.fixture.ts';
import { SimMachine } from '../../network/machine.fixture.ts';
import { meshControllers } from './mesh-controllers.ts';

export const SECRET = 'TPbGXrYlvuXgAl8dERpwjlA5tnEMoihPDPxlovcLtVg=';
export const KEY_1 = '3FxU7UuwektMjbyuJBs7i1hDj2rQA6tHnbNB6WrQxww=';
export const KEY_2 = 'tQuicRD0tqCu48M+zrySTe4slT15JxWhWIboZOB4tWs=';
export const OWN_KEY = 'Oak2fBEWngBhwslBxDVgnRNHXs88OAp4kjroSX0uqUE=';

export const identity: KubeSpanIdentitySpec = {
  address: ipPrefixOf('fd8a:4396:731e:e702:e871:1bff:feb2:ccee/128'),
  subnet: ipPrefixOf('fd8a:4396:731e:e702::/64'),
  privateKey: 'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4=',
  publicKey: OWN_KEY,
};

export function meshConfig(given: Partial<KubeSpanConfigSpec> = {}): KubeSpanConfigSpec {
  return { ...KubeSpanConfig.spec.fromPlain({}), enabled: true, sharedSecret: SECRET, forceRouting: true, ...given };
}

export function meshPeer(label: string, network: string, ...endpoints: readonly string[]): KubeSpanPeerSpecSpec {
  return {
    address: ipAddressOf('fd8a:4396:731e:e702::2'),
    allowedIPs: [ipPrefixOf(network)],
    endpoints: endpoints.map(ipPortOf),
    label,
  };
}

/** The mesh's controllers on a machine in memory. */
export interface MeshRun extends Running {
  readonly machine: SimMachine;
  readonly network: Owner;
}

/** Runs them with the configuration and the identity of the acceptance cases. */
export async function runMesh(node: Machine, config = meshConfig()): Promise<MeshRun> {
  const machine = new SimMachine(() => node.host.clock.now());
  const network = node.owner.child('network');
  const running = runControllers(node, meshControllers(node.host, { driver: machine.driver, owner: network }));
  await setAddress(running.state);
  await running.of(KubeSpanConfig).set('kubespan', config);
  await running.of(KubeSpanIdentity).set('local', identity);
  return { ...running, machine, network };
}

/** The node's address, which the machine has. */
export async function setAddress(state: State): Promise<void> {
  const status = { ...AddressStatus.spec.fromPlain({}), address: ipPrefixOf('10.0.0.9/24') };
  await collection(state, AddressStatus.in('network')).set('eth0/10.0.0.9/24', status);
}

/** The two peers of the acceptance cases. */
export async function addPeers(running: Running): Promise<void> {
  await running.of(KubeSpanPeerSpec).set(KEY_1, meshPeer('worker-1', '10.244.1.0/24', '172.20.0.3:51280'));
  await running.of(KubeSpanPeerSpec).set(KEY_2, meshPeer('worker-2', '10.244.2.0/24', '172.20.0.4:51280'));
}
