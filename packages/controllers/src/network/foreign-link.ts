import type { NetworkDriver } from './network-driver.ts';

/**
 * Why a link that is there already, and was not made by this process, must be left alone. One that has our own key was left
 * by a process of this node that crashed, one without any key by one that crashed even earlier: they are taken over.
 *
 * @returns a sentence for the operator; undefined if it may be taken
 */
export async function whyForeign(
  driver: Pick<NetworkDriver, 'device'>,
  name: string,
  privateKey: string,
): Promise<string | undefined> {
  const device = await driver.device(name);
  if (device === undefined) return `the name ${name}: there is a link of that name which is no WireGuard device`;
  if (device.privateKey === '' || device.privateKey === privateKey) return undefined;
  return (
    `the name ${name}: there is a WireGuard device with another key, of another node on this machine; ` +
    `if that node is gone, remove it with \`ip link delete dev ${name}\``
  );
}
