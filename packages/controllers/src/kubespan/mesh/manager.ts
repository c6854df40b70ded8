import type { Host } from '@cosi-ts/core';
import {
  AddressSpec,
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  LinkSpec,
  NfTablesChain,
  RouteSpec,
  RoutingRuleSpec,
  ipPrefixAddress,
  type KubeSpanConfigSpec,
  type KubeSpanPeerSpecSpec,
  type WireguardPeer,
} from '@cosi-ts/resources';
import {
  defineController,
  exclusive,
  shared,
  weak,
  writeOutput,
  type Controller,
  type OutputPort,
} from '@cosi-ts/runtime';
import { isKubespanUla } from '../../identity/ula.ts';
import { isWireguardKey } from '../../identity/wireguard-key.ts';
import { KUBESPAN_LINK, mayApply, permission } from '../../network/may-apply.ts';
import type { NetworkDriver } from '../../network/network-driver.ts';
import { alarm } from '../../system/host/alarm.ts';
import { asking } from '../../system/host/observed.ts';
import { meshChains } from './chains.ts';
import { KEEPALIVE } from './constants.ts';
import { followPeer, type Followed, type Sighting } from './follow-peer.ts';
import { nextLook } from './next-look.ts';
import { meshAddress, meshLink, meshRoutes, meshRules } from './specs.ts';

const NAME = 'kubespan.ManagerController';

/**
 * Keeps the mesh: says which device, addresses, routes, rules and chains there shall be, follows how it goes with each peer,
 * and tries another endpoint where one does not answer. What it remembers of a peer is its status alone.
 *
 * @param driver asked what the device says; it is changed by others
 */
export function kubespanManagerController(
  host: Pick<Host, 'clock' | 'timers'>,
  driver: Pick<NetworkDriver, 'device'>,
): Controller {
  return defineController({
    name: NAME,
    ports: {
      config: weak(KubeSpanConfig, { id: 'kubespan' }),
      identity: weak(KubeSpanIdentity, { id: 'local' }),
      peers: weak(KubeSpanPeerSpec),
      device: permission,
      statuses: exclusive(KubeSpanPeerStatus),
      links: shared(LinkSpec.in('network-config')),
      addresses: shared(AddressSpec.in('network-config')),
      routes: shared(RouteSpec.in('network-config')),
      rules: shared(RoutingRuleSpec.in('network-config')),
      chains: shared(NfTablesChain),
    },
    start: (context) => {
      const again = alarm(context, host.timers);
      const ask = asking(driver, context.log);
      return async (ports, { trackOutputs, cleanupOutputs, log }) => {
        const config = await ports.config.find('kubespan');
        const isOn = config?.spec.enabled === true && (await mayApply(ports.device));
        const identity = isOn ? await ports.identity.find('local') : undefined;
        // An identity that is on its way takes nothing back.
        if (isOn && identity === undefined) return;
        trackOutputs();
        again.set(undefined);
        if (isOn && identity !== undefined) {
          const peers = (await ports.peers.list()).filter(({ metadata }) => metadata.phase === 'running');
          const seen = await sightings(ask);
          const now = host.clock.now();
          const followed: [string, KubeSpanPeerSpecSpec, Followed][] = [];
          for (const { metadata, spec } of peers) {
            const before = (await ports.statuses.find(metadata.id))?.spec;
            const one = followPeer(spec, before, seen(metadata.id), now);
            followed.push([metadata.id, spec, one]);
            if (!one.hasChanged) continue;
            log.debug('updating endpoint for the peer', {
              peer: metadata.id,
              label: spec.label,
              endpoint: one.endpoint,
            });
          }
          for (const [id, , { status }] of followed) await write(ports.statuses, [[id, status]]);
          const { mtu } = config.spec;
          const usable = followed.filter(([key]) => isUsable(key, identity.spec.publicKey));
          const wireguard = usable.map((peer) => devicePeer(peer, config.spec));
          await write(ports.chains, meshChains(routed(usable, config.spec), mtu));
          await write(ports.addresses, [meshAddress(identity.spec)]);
          await write(ports.routes, meshRoutes(mtu));
          await write(ports.links, [meshLink(identity.spec, mtu, wireguard)]);
          await write(ports.rules, meshRules());
          again.set(nextLook(statusesOf(followed), now));
        }
        // The firewall first, so that nothing is sent where nothing leads any more.
        await cleanupOutputs(ports.chains, ports.rules, ports.routes, ports.addresses, ports.links, ports.statuses);
      };
    },
  });
}

type Peers = readonly (readonly [string, KubeSpanPeerSpecSpec, Followed])[];

/** What the device says of its peers, or that it does not. */
async function sightings(
  ask: ReturnType<typeof asking<Pick<NetworkDriver, 'device'>>>,
): Promise<(id: string) => Sighting> {
  const heard = await ask(async (driver) => ({ device: await driver.device(KUBESPAN_LINK) }));
  if (heard === undefined) return () => 'unheard';
  const peers = new Map(heard.device?.peers.map((peer) => [peer.publicKey, peer]));
  return (id) => peers.get(id) ?? 'absent';
}

/** What is no key, or our own, would make a device refuse all the others, too. */
function isUsable(publicKey: string, ownKey: string): boolean {
  return isWireguardKey(publicKey) && publicKey !== ownKey;
}

function devicePeer(
  [publicKey, { allowedIPs }, { endpoint }]: Peers[number],
  { sharedSecret }: KubeSpanConfigSpec,
): WireguardPeer {
  return { publicKey, presharedKey: sharedSecret, endpoint, persistentKeepaliveInterval: KEEPALIVE, allowedIPs };
}

/** What is sent through the mesh: to peers that are up, or to all if that is forced. */
function routed(peers: Peers, { forceRouting }: KubeSpanConfigSpec) {
  return peers
    .filter(([, , { status }]) => forceRouting || status.state === 'up')
    .flatMap(([, { allowedIPs }]) => allowedIPs)
    .filter((prefix) => !isKubespanUla(ipPrefixAddress(prefix)));
}

function* statusesOf(peers: Peers) {
  for (const [, , { status }] of peers) yield status;
}

async function write<S>(port: OutputPort<S>, specs: Iterable<readonly [string, S]>): Promise<void> {
  for (const [id, spec] of specs) await writeOutput(port, id, spec, NAME);
}
