import type { Host } from '@cosi-ts/core';
import {
  AddressStatus,
  KubeSpanConfig,
  KubeSpanDeviceStatus,
  KubeSpanIdentity,
  ipPrefixAddress,
  type IpPrefix,
  type KubeSpanConfigSpec,
  type KubeSpanDeviceStatusSpec,
  type KubeSpanIdentitySpec,
  type LinkSpecSpec,
} from '@cosi-ts/resources';
import { defineController, exclusive, removeOutput, weak, writeOutput, type Controller } from '@cosi-ts/runtime';
import { isWireguardKey } from '../../identity/wireguard-key.ts';
import type { Applied } from '../../network/applied.ts';
import { whyForeign } from '../../network/foreign-link.ts';
import { KUBESPAN_LINK } from '../../network/may-apply.ts';
import type { NetworkDriver } from '../../network/network-driver.ts';
import { alarm } from '../../system/host/alarm.ts';

const NAME = 'kubespan.DeviceController';

/** Milliseconds until it is looked again whether what was missing has come. */
const RETRY = 30_000;

/**
 * Says whether this node can have KubeSpan's device, and if not what is missing: nothing on the machine is changed before
 * that is said.
 *
 * @param machine undefined if the node was started without
 */
export function kubespanDeviceController(host: Pick<Host, 'timers'>, machine: ProbedMachine | undefined): Controller {
  return defineController({
    name: NAME,
    ports: {
      config: weak(KubeSpanConfig, { id: 'kubespan' }),
      identity: weak(KubeSpanIdentity, { id: 'local' }),
      addresses: weak(AddressStatus.in('network')),
      status: exclusive(KubeSpanDeviceStatus),
    },
    start: (context) => {
      const again = alarm(context, host.timers);
      let told = '';
      return async ({ config, identity, addresses, status }, { log }) => {
        const settings = (await config.find('kubespan'))?.spec;
        again.set(undefined);
        if (settings?.enabled !== true) {
          told = '';
          await removeOutput(status, KUBESPAN_LINK, NAME);
          return;
        }
        const own = (await identity.find('local'))?.spec;
        const isHeld = machine?.held.get(KUBESPAN_LINK) !== undefined;
        const configured = (await addresses.list()).map(({ spec }) => spec.address);
        const found = await judge(
          machine?.driver,
          settings,
          isHeld ? undefined : { identity: own, addresses: configured },
        );
        await writeOutput(status, KUBESPAN_LINK, found, NAME);
        if (machine !== undefined && !isHeld) again.set(RETRY);
        const news = `${found.state} ${found.missing.join('; ')}`;
        if (news === told) return;
        told = news;
        if (found.state === 'ready') log.info('KubeSpan can have its device', { driver: found.driver });
        if (found.state === 'missing') log.warn('KubeSpan has no device', { missing: found.missing.join('; ') });
      };
    },
  });
}

interface ProbedMachine {
  readonly driver: MachineProbe;
  /** The links that this process has made. */
  readonly held: Applied<LinkSpecSpec>;
}

type MachineProbe = Pick<NetworkDriver, 'probe' | 'link' | 'device' | 'machineAddresses'>;

/** What the node says of itself, to be held against the machine before its device is made. */
interface Newcomer {
  readonly identity: KubeSpanIdentitySpec | undefined;
  readonly addresses: readonly IpPrefix[];
}

async function judge(
  driver: MachineProbe | undefined,
  { sharedSecret }: KubeSpanConfigSpec,
  newcomer: Newcomer | undefined,
): Promise<KubeSpanDeviceStatusSpec> {
  if (driver === undefined) return { state: 'off', driver: '', missing: ['the node was started without a device'] };
  const probe = await driver.probe();
  const missing = [...probe.missing];
  if (!isWireguardKey(sharedSecret)) missing.push('a cluster secret that is the base64 of 32 bytes');
  if (missing.length === 0 && newcomer !== undefined) {
    // Before the node knows its addresses nobody knows whether this machine is its own.
    if (newcomer.addresses.length === 0) return { state: 'unknown', driver: '', missing };
    missing.push(...(await objections(driver, newcomer)));
  }
  return missing.length === 0
    ? { state: 'ready', driver: probe.driver, missing }
    : { state: 'missing', driver: '', missing };
}

/** Why this machine is not the node's to change. */
async function objections(driver: MachineProbe, { identity, addresses }: Newcomer): Promise<readonly string[]> {
  const own = new Set((await driver.machineAddresses()).map(ipPrefixAddress));
  // A node that only plays a machine, as those of `cosi up` do: nobody would reach it there, and others would be cut off.
  if (!addresses.some((address) => own.has(ipPrefixAddress(address)))) {
    return [
      `an address of this machine: the node is configured with ${addresses.join(', ')}, which the machine has not`,
    ];
  }
  if (identity === undefined || (await driver.link(KUBESPAN_LINK)) === undefined) return [];
  const reason = await whyForeign(driver, KUBESPAN_LINK, identity.privateKey);
  return reason === undefined ? [] : [reason];
}
