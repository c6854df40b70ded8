import { access, constants, readFile } from 'node:fs/promises';
import type { DeviceProbe } from '../network-driver.ts';
import { PROGRAM_PATH, runProgram } from './run-program.ts';

/** Which WireGuard devices may be used. */
export type DeviceChoice = 'auto' | 'kernel' | 'userspace';

/** Finds out whether this process can have WireGuard devices, and what is in the way if not. */
export async function probeDevices(choice: DeviceChoice): Promise<DeviceProbe> {
  const missing = (await Promise.all([privilege(), program('ip', 'iproute2'), program('nft', 'nftables')])).flat();
  // Without these nothing more can be found out.
  const kernel = choice === 'userspace' || missing.length > 0 ? [] : await kernelNeeds();
  const user = choice === 'kernel' ? [] : await userSpaceNeeds();
  const found: DeviceProbe['driver'][] = [
    ...(choice !== 'userspace' && kernel.length === 0 ? (['kernel'] as const) : []),
    ...(choice !== 'kernel' && user.length === 0 ? (['userspace'] as const) : []),
  ];
  const [driver = ''] = found;
  if (missing.length > 0) return { driver: '', missing: [...missing, ...user] };
  return driver === '' ? { driver, missing: [...kernel, ...user] } : { driver, missing: [] };
}

const CAP_NET_ADMIN = 12n;

async function privilege(): Promise<string[]> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => undefined);
  if (status === undefined) return ['this is no Linux: only there are devices set up'];
  const [, mask = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  const isAllowed = ((BigInt(`0x${mask}`) >> CAP_NET_ADMIN) & 1n) === 1n;
  return isAllowed ? [] : ['the privilege to change the network (CAP_NET_ADMIN): run the node as root'];
}

async function kernelNeeds(): Promise<string[]> {
  const missing = await program('wg', 'wireguard-tools');
  if (missing.length > 0) return missing;
  // The one sure way to find out; it loads the kernel's module, too.
  const name = 'cosi-probe';
  try {
    await runProgram('ip', ['link', 'add', 'dev', name, 'type', 'wireguard']);
    await runProgram('ip', ['link', 'delete', 'dev', name]);
    return [];
  } catch {
    return ['WireGuard in the kernel: its module is not there'];
  }
}

async function userSpaceNeeds(): Promise<string[]> {
  const missing = await program('wireguard-go', 'wireguard-go');
  const isThere = await can('/dev/net/tun', constants.R_OK | constants.W_OK);
  return [...missing, ...(isThere ? [] : ['/dev/net/tun, which wireguard-go needs'])];
}

async function program(name: string, debianPackage: string): Promise<string[]> {
  for (const directory of PROGRAM_PATH.split(':')) if (await can(`${directory}/${name}`, constants.X_OK)) return [];
  return [`the program ${name}: on Debian it is in the package ${debianPackage}`];
}

async function can(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
