import type { WireguardChange, WireguardDevice } from '../network-driver.ts';
import { formatWgConfig, parseWgDump } from '../text/wg-tool.ts';
import { ProgramError, runProgram } from './run-program.ts';

/** How `wg` says that there is no such device, or no WireGuard in the kernel at all. */
const ABSENT = /No such device|Protocol not supported/;

/** `wg` opens its input by name, which works for a pipe alone: what a process of ours is given is a socket. */
const ADD_CONFIG = 'cat | wg addconf "$0" /dev/stdin';

const NOTHING = formatWgConfig({ removed: [], peers: [] });

/** WireGuard devices of the kernel, through `wg`; it speaks to those in user space as well. */
export const kernelDevices = {
  async create(name: string): Promise<void> {
    await runProgram('ip', ['link', 'add', 'dev', name, 'type', 'wireguard']);
  },

  async read(name: string): Promise<WireguardDevice | undefined> {
    try {
      return parseWgDump(await runProgram('wg', ['show', name, 'dump']));
    } catch (thrown) {
      if (thrown instanceof ProgramError && ABSENT.test(thrown.said)) return undefined;
      throw thrown;
    }
  },

  async configure(name: string, change: WireguardChange): Promise<void> {
    const removals = change.removed.flatMap((key) => ['peer', key, 'remove']);
    if (removals.length > 0) await runProgram('wg', ['set', name, ...removals]);
    // A peer that is named without its addresses would lose them.
    const known = new Map((await kernelDevices.read(name))?.peers.map((peer) => [peer.publicKey, peer.allowedIPs]));
    const peers = change.peers.map((peer) => ({ allowedIPs: known.get(peer.publicKey) ?? [], ...peer }));
    const config = formatWgConfig({ ...change, peers });
    if (config !== NOTHING) await runProgram('sh', ['-c', ADD_CONFIG, name], config);
  },
};
