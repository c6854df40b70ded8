import type { WireguardChange, WireguardDevice } from '../network-driver.ts';
import { formatWgConfig, parseWgDump } from '../text/wg-tool.ts';
import { ProgramError, runProgram } from './run-program.ts';

/** WireGuard devices of the kernel, through `wg`; it speaks to those in user space as well. */
export const kernelDevices = {
  async create(name: string): Promise<void> {
    await runProgram('ip', ['link', 'add', 'dev', name, 'type', 'wireguard']);
  },

  async read(name: string): Promise<WireguardDevice | undefined> {
    try {
      return parseWgDump(await runProgram('wg', ['show', name, 'dump']));
    } catch (thrown) {
      if (thrown instanceof ProgramError && /No such device/.test(thrown.said)) return undefined;
      throw thrown;
    }
  },

  async configure(name: string, change: WireguardChange): Promise<void> {
    const removals = change.removed.flatMap((key) => ['peer', key, 'remove']);
    if (removals.length > 0) await runProgram('wg', ['set', name, ...removals]);
    await runProgram('wg', ['addconf', name, '/dev/stdin'], formatWgConfig(change));
  },
};
