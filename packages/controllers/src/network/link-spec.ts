import { LinkSpec, LinkStatus, type LinkSpecSpec, type LinkStatusSpec } from '@cosi-ts/resources';
import { defineController, exclusive, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { wireguardPublicKey } from '../identity/wireguard-key.ts';
import { alarm } from '../system/host/alarm.ts';
import type { ApplierOptions } from './applier.ts';
import type { Applied } from './applied.ts';
import { DRIFT_INTERVAL, mayApply, permission } from './may-apply.ts';
import type { KernelLink, LinkChange, NetworkDriver } from './network-driver.ts';
import { whyForeign } from './foreign-link.ts';
import { wireguardChange } from './wireguard-change.ts';

const NAME = 'network.LinkSpecController';

/**
 * Makes WireGuard devices as they shall be, and tells how they are. One that dies is made anew at once; one that somebody
 * else made is left alone.
 *
 * @param held the links that this process made or took over
 */
export function linkSpecController(
  driver: NetworkDriver,
  held: Applied<LinkSpecSpec>,
  { host }: Pick<ApplierOptions, 'host'>,
): Controller {
  return defineController({
    name: NAME,
    ports: { specs: weak(LinkSpec.in('network-config')), device: permission, statuses: exclusive(LinkStatus) },
    start: (context) => {
      const again = alarm(context, host.timers);
      const deaf = driver.onDeviceEnd(() => context.wake());
      context.owner.attach({ close: deaf, drop: deaf });
      return async ({ specs, device, statuses }, { trackOutputs, cleanupOutputs }) => {
        const all = (await mayApply(device)) ? await specs.list() : [];
        const wanted = all.map(({ spec }) => spec).filter(({ kind, logical }) => kind === 'wireguard' && logical);
        const names = new Set(wanted.map(({ name }) => name));
        for (const name of held.ids) if (!names.has(name)) await held.undo(name);
        trackOutputs();
        for (const spec of wanted) {
          const link = await makeLink(driver, held, spec);
          await writeOutput(statuses, spec.name, statusOf(spec, link), NAME);
        }
        await cleanupOutputs(statuses);
        again.set(wanted.length === 0 ? undefined : DRIFT_INTERVAL);
      };
    },
  });
}

async function makeLink(driver: NetworkDriver, held: Applied<LinkSpecSpec>, spec: LinkSpecSpec): Promise<KernelLink> {
  const { name, mtu, up, wireguard } = spec;
  const before = await driver.link(name);
  if (before !== undefined && held.get(name) === undefined) {
    const reason = await whyForeign(driver, name, wireguard.privateKey);
    if (reason !== undefined) throw new Error(reason);
  }
  held.add(name, spec, () => driver.removeLink(name));
  if (before === undefined) await driver.createDevice(name);
  const device = await driver.device(name);
  const change = device && wireguardChange(device, wireguard);
  if (change !== undefined) await driver.configure(name, change);
  const link = await driver.link(name);
  if (device === undefined || link === undefined) throw new Error(`the link ${name} went while it was set up`);
  const linkChange: LinkChange = {
    ...(mtu === 0 || link.mtu === mtu ? {} : { mtu }),
    ...(link.isUp === up ? {} : { isUp: up }),
  };
  if (Object.keys(linkChange).length === 0) return link;
  await driver.setLink(name, linkChange);
  return { ...link, mtu: linkChange.mtu ?? link.mtu, isUp: up };
}

function statusOf({ kind, type, wireguard }: LinkSpecSpec, { index, mtu, isUp }: KernelLink): LinkStatusSpec {
  return {
    alias: '',
    index,
    type,
    mtu,
    operationalState: isUp ? 'unknown' : 'down',
    kind,
    linkState: isUp,
    wireguard: {
      privateKey: '',
      publicKey: wireguardPublicKey(wireguard.privateKey),
      listenPort: wireguard.listenPort,
      firewallMark: wireguard.firewallMark,
      peers: [],
    },
  };
}
