import { messageOf } from '@cosi-ts/core';
import {
  Affiliate,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerWarning,
  maskIpPrefix,
  prefixSetOf,
  prefixSetPrefixes,
  subtractPrefixSet,
  unitePrefixSets,
  type AffiliateSpec,
  type PrefixSet,
  type Resource,
} from '@cosi-ts/resources';
import {
  defineQueueController,
  exclusive,
  mapped,
  removeOutput,
  writeOutput,
  type Controller,
  type PortsOf,
  type StartContext,
} from '@cosi-ts/runtime';
import { isWireguardKey } from '../identity/wireguard-key.ts';
import { PeerIndex } from './peer-index.ts';

const NAME = 'kubespan.PeerSpecController';

const ports = {
  config: mapped(KubeSpanConfig, { id: 'kubespan' }),
  identity: mapped(Identity, { id: 'local' }),
  own: mapped(KubeSpanIdentity, { id: 'local' }),
  affiliates: mapped(Affiliate.in('cluster')),
  peers: exclusive(KubeSpanPeerSpec),
  warnings: exclusive(KubeSpanPeerWarning),
} as const;

type Ports = PortsOf<typeof ports>;

/** Whether there is a mesh, and who we are in it. Every other key is the id of an affiliate. */
const MESH = '';

/**
 * The peers that the mesh should have: every other node that has a WireGuard key, with the addresses that lead to it.
 * No address leads to two peers: the affiliate with the least id gets it. One changed affiliate costs its own work and
 * that of those it shares addresses with.
 */
export const peerSpecController: Controller = defineQueueController({
  name: NAME,
  ports,
  mappers: {
    config: () => [MESH],
    identity: () => [MESH],
    own: () => [MESH],
    peers: () => [],
    warnings: () => [],
  },
  start: (context) => {
    const run = new MeshRun(context);
    context.wake(MESH);
    return (at, key) => (key === MESH ? run.reconcileMesh(at) : run.reconcile(at, key));
  },
});

/** One run of the controller: which affiliates are peers at present, and what they claim. */
class MeshRun {
  readonly #context: StartContext;
  #index = new PeerIndex();
  /** The local node's id while there is a mesh, '' while there is none; undefined as long as nobody looked. */
  #localId: string | undefined;
  /** The public key of the local node; '' while it has none. */
  #ownKey = '';
  /** Whether the index and the peers follow that id; not yet if a write failed. */
  #isMeshDone = false;
  /** Keys that lost their affiliate. The index forgets that at once, so it is kept until their peers are gone. */
  readonly #left = new Set<string>();

  constructor(context: StartContext) {
    this.#context = context;
  }

  /** Everything anew if the mesh comes, goes, or is another's; the index first, so that no peer is granted too much. */
  async reconcileMesh(at: Ports): Promise<void> {
    const config = await at.config.find('kubespan');
    const identity = await at.identity.find('local');
    const localId = (config?.spec.enabled === true ? identity?.spec.nodeId : undefined) ?? '';
    const ownKey = (await at.own.find('local'))?.spec.publicKey ?? '';
    if (localId === this.#localId && ownKey === this.#ownKey && this.#isMeshDone) return;
    this.#isMeshDone = false;
    this.#localId = localId;
    this.#ownKey = ownKey;
    this.#index = new PeerIndex();
    for (const affiliate of await at.affiliates.list()) this.#update(affiliate.metadata.id, affiliate);
    for (const { metadata } of await at.peers.list()) {
      if (this.#index.affiliateOf(metadata.id) === undefined) await removeOutput(at.peers, metadata.id, NAME);
    }
    for (const { metadata } of await at.warnings.list()) {
      if (this.#index.affiliateOf(metadata.id) === undefined) await removeOutput(at.warnings, metadata.id, NAME);
    }
    this.#isMeshDone = true;
    for (const id of this.#index.peers()) this.#context.wake(id);
  }

  async reconcile(at: Ports, id: string): Promise<void> {
    const affiliate = await at.affiliates.find(id);
    const { publicKeys, affiliates } = this.#update(id, affiliate);
    for (const other of affiliates) this.#context.wake(other);
    for (const publicKey of publicKeys) this.#left.add(publicKey);
    for (const publicKey of this.#left) {
      if (this.#index.affiliateOf(publicKey) === undefined) {
        await removeOutput(at.peers, publicKey, NAME);
        await removeOutput(at.warnings, publicKey, NAME);
      }
      this.#left.delete(publicKey);
    }
    if (affiliate === undefined || this.#index.affiliateOf(affiliate.spec.kubespan.publicKey) !== id) return;
    const { kubespan, nodename } = affiliate.spec;
    const { publicKey, address, endpoints } = kubespan;
    const { allowedIPs, reasons } = this.#allowed(id, publicKey);
    await writeOutput(at.peers, publicKey, { address, allowedIPs, endpoints, label: nodename }, NAME);
    if (reasons.length === 0) await removeOutput(at.warnings, publicKey, NAME);
    else await writeOutput(at.warnings, publicKey, { label: nodename, reasons }, NAME);
  }

  #update(id: string, affiliate: Resource<AffiliateSpec> | undefined) {
    const isPeer =
      affiliate?.metadata.phase === 'running' &&
      this.#localId !== undefined &&
      this.#localId !== '' &&
      id !== this.#localId &&
      affiliate.spec.kubespan.publicKey !== '';
    return this.#index.update(id, isPeer ? this.#peerOf(affiliate.spec) : undefined);
  }

  #peerOf({ nodeId, kubespan, addresses }: AffiliateSpec): { publicKey: string; claim: PrefixSet } | undefined {
    try {
      const all = prefixSetOf([...kubespan.additionalAddresses.map(maskIpPrefix), ...addresses]);
      const allowed = subtractPrefixSet(all, prefixSetOf(kubespan.excludeAdvertisedNetworks));
      // Added last, so that it cannot be excluded: under it the peer is known.
      const claim = unitePrefixSets(allowed, prefixSetOf([kubespan.address]));
      return { publicKey: kubespan.publicKey, claim };
    } catch (thrown) {
      const error = messageOf(thrown);
      this.#context.log.warn('failed building list of IP ranges for the peer', { affiliate: nodeId, error });
      return undefined;
    }
  }

  /** The addresses that lead to a peer, and why they are not all that it asks for. */
  #allowed(id: string, publicKey: string) {
    const { set, rivals } = this.#index.granted(id);
    const { log } = this.#context;
    const reasons: string[] = [];
    if (!isWireguardKey(publicKey)) {
      log.warn('the public key of the peer is none', { affiliate: id });
      reasons.push('its public key is none of WireGuard: nothing is sent to it');
    }
    if (publicKey === this.#ownKey) {
      log.warn('the public key of the peer is our own', { affiliate: id });
      reasons.push('its public key is that of this node, as a cloned machine has it: nothing is sent to it');
    }
    for (const rival of rivals) {
      log.warn('peer address overlap', { affiliate: id, with: rival });
      reasons.push(`asks for addresses of affiliate ${rival}, which keeps them`);
    }
    const allowedIPs = prefixSetPrefixes(set);
    if (allowedIPs.length === 0) {
      log.warn('conflict resolution removed all ranges', { affiliate: id });
      reasons.push('no address is left to it');
    }
    return { allowedIPs, reasons };
  }
}
