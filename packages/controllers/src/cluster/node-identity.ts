import { Bytes, type Host } from '@cosi-ts/core';
import { EtcFileSpec, Identity, type IdentitySpec } from '@cosi-ts/resources';
import { defineController, shared, type Controller } from '@cosi-ts/runtime';
import { parse } from 'yaml';
import { identityLoader } from '../identity/identity-file.ts';
import { NODE_ID_BYTES, machineIdOf, nodeIdBytes, nodeIdFrom } from '../identity/node-id.ts';
import { releaseStateVolume, stateVolumePorts, withStateVolume } from '../system/state-volume.ts';

const NAME = 'cluster.NodeIdentityController';
const FILE = 'node-identity.yaml';

/**
 * Establishes who this node is, once a process: from `node-identity.yaml` on the STATE volume, or, if there is
 * none, afresh from 32 random bytes. The machine id follows from it.
 */
export function nodeIdentityController(host: Pick<Host, 'files' | 'random'>): Controller {
  const load = identityLoader<IdentitySpec>(host.files, {
    parse: parseNodeIdentity,
    create: () => ({ nodeId: nodeIdFrom(host.random.bytes(NODE_ID_BYTES)) }),
    print: ({ nodeId }) => `nodeId: ${nodeId}\n`,
  });
  return defineController({
    name: NAME,
    ports: { ...stateVolumePorts, identities: shared(Identity), etcFiles: shared(EtcFileSpec) },
    async reconcile(ports, { log }) {
      if ((await ports.identities.find('local')) !== undefined) {
        await releaseStateVolume(ports, NAME);
        return;
      }
      await withStateVolume(ports, NAME, async (directory) => {
        const { identity, created } = await load(`${directory}/${FILE}`);
        // The machine id first: whoever sees the identity finds it.
        await ports.etcFiles.set('machine-id', {
          contents: Bytes.from(new TextEncoder().encode(machineIdOf(identity.nodeId))),
          mode: 0o444,
          selinuxLabel: '',
        });
        await ports.identities.set('local', identity);
        log.info('node identity established', { nodeId: identity.nodeId, created });
      });
    },
  });
}

/** @throws an error of the decoder for an id that is none. */
function parseNodeIdentity(text: string): IdentitySpec | undefined {
  const document: unknown = parse(text);
  if (typeof document !== 'object' || document === null || !('nodeId' in document)) return undefined;
  const { nodeId } = document;
  if (typeof nodeId !== 'string' || nodeId === '') return undefined;
  nodeIdBytes(nodeId);
  return { nodeId };
}
