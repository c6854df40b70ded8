import type { Host } from '@cosi-ts/core';
import {
  KubeSpanConfig,
  KubeSpanDeviceStatus,
  KubeSpanIdentity,
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
 * @param driver undefined if the node was started without
 * @param held the links that this process has made
 */
export function kubespanDeviceController(
  host: Pick<Host, 'timers'>,
  driver: Pick<NetworkDriver, 'probe' | 'link' | 'device'> | undefined,
  held: Applied<LinkSpecSpec>,
): Controller {
  return defineController({
    name: NAME,
    ports: {
      config: weak(KubeSpanConfig, { id: 'kubespan' }),
      identity: weak(KubeSpanIdentity, { id: 'local' }),
      status: exclusive(KubeSpanDeviceStatus),
    },
    start: (context) => {
      const again = alarm(context, host.timers);
      let told = '';
      return async ({ config, identity, status }, { log }) => {
        const settings = (await config.find('kubespan'))?.spec;
        again.set(undefined);
        if (settings?.enabled !== true) {
          told = '';
          await removeOutput(status, KUBESPAN_LINK, NAME);
          return;
        }
        const own = (await identity.find('local'))?.spec;
        const found = await judge(driver, settings, own, held.get(KUBESPAN_LINK) !== undefined);
        await writeOutput(status, KUBESPAN_LINK, found, NAME);
        if (driver !== undefined && held.get(KUBESPAN_LINK) === undefined) again.set(RETRY);
        const news = `${found.state} ${found.missing.join('; ')}`;
        if (news === told) return;
        told = news;
        if (found.state === 'ready') log.info('KubeSpan can have its device', { driver: found.driver });
        if (found.state === 'missing') log.warn('KubeSpan has no device', { missing: found.missing.join('; ') });
      };
    },
  });
}

async function judge(
  driver: Pick<NetworkDriver, 'probe' | 'link' | 'device'> | undefined,
  { sharedSecret }: KubeSpanConfigSpec,
  identity: KubeSpanIdentitySpec | undefined,
  isHeld: boolean,
): Promise<KubeSpanDeviceStatusSpec> {
  if (driver === undefined) return { state: 'off', driver: '', missing: ['the node was started without a device'] };
  const probe = await driver.probe();
  const missing = [...probe.missing];
  if (!isWireguardKey(sharedSecret)) missing.push('a cluster secret that is the base64 of 32 bytes');
  if (missing.length === 0 && !isHeld && identity !== undefined && (await driver.link(KUBESPAN_LINK)) !== undefined) {
    const reason = await whyForeign(driver, KUBESPAN_LINK, identity.privateKey);
    if (reason !== undefined) missing.push(reason);
  }
  return missing.length === 0
    ? { state: 'ready', driver: probe.driver, missing }
    : { state: 'missing', driver: '', missing };
}
