import type { Host } from '@cosi-ts/core';
import { HardwareAddr, KubeSpanConfig, KubeSpanIdentity } from '@cosi-ts/resources';
import { defineController, exclusive, removeOutput, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { parse } from 'yaml';
import { identityLoader } from '../identity/identity-file.ts';
import { kubespanAddress, kubespanSubnet } from '../identity/ula.ts';
import {
  WIREGUARD_KEY_BYTES,
  wireguardKeyPairFrom,
  wireguardPublicKey,
  type WireguardKeyPair,
} from '../identity/wireguard-key.ts';
import { releaseStateVolume, stateVolumePorts, withStateVolume } from '../system/state-volume.ts';

const NAME = 'kubespan.IdentityController';
const FILE = 'kubespan-identity.yaml';

/**
 * The node's WireGuard key pair, from `kubespan-identity.yaml` on the STATE volume or made anew, and the address
 * that follows from the cluster id and the first hardware address, also when one of them changes.
 */
export function kubespanIdentityController(host: Pick<Host, 'files' | 'random'>): Controller {
  const load = identityLoader<WireguardKeyPair>(host.files, {
    parse: parseKeys,
    create: () => wireguardKeyPairFrom(host.random.bytes(WIREGUARD_KEY_BYTES)),
    print: printKeys,
  });
  return defineController({
    name: NAME,
    ports: {
      ...stateVolumePorts,
      config: weak(KubeSpanConfig, { id: 'kubespan' }),
      hardwareAddress: weak(HardwareAddr, { id: 'first' }),
      identities: exclusive(KubeSpanIdentity),
    },
    start: ({ log }) => {
      let keys: WireguardKeyPair | undefined;
      return async (ports) => {
        const config = await ports.config.find('kubespan');
        const hardware = await ports.hardwareAddress.find('first');
        const mac = hardware?.spec.hardwareAddr;
        if (config?.spec.enabled !== true || mac === undefined) {
          // The file stays: the keys come back when KubeSpan does.
          await removeOutput(ports.identities, 'local', NAME);
          await releaseStateVolume(ports, NAME);
          return;
        }
        keys ??= await withStateVolume(ports, NAME, async (directory) => {
          const { identity, created } = await load(`${directory}/${FILE}`);
          log.info('KubeSpan identity established', { publicKey: identity.publicKey, created });
          return identity;
        });
        if (keys === undefined) return;
        const subnet = kubespanSubnet(config.spec.clusterId);
        const spec = { address: kubespanAddress(subnet, mac), subnet, ...keys };
        if (!(await writeOutput(ports.identities, 'local', spec, NAME))) {
          throw new Error('the KubeSpan identity of before is still held by another controller');
        }
      };
    },
  });
}

/** Address and subnet in the file are ignored: they follow from the cluster and the hardware. */
function parseKeys(text: string): WireguardKeyPair | undefined {
  const document: unknown = parse(text);
  if (typeof document !== 'object' || document === null || !('privateKey' in document)) return undefined;
  const { privateKey } = document;
  if (typeof privateKey !== 'string' || privateKey === '') return undefined;
  return { privateKey, publicKey: wireguardPublicKey(privateKey) };
}

function printKeys({ privateKey, publicKey }: WireguardKeyPair): string {
  return `address: ""\nsubnet: ""\nprivateKey: ${privateKey}\npublicKey: ${publicKey}\n`;
}
