import { execFileSync, spawn } from 'node:child_process';
import { realHost, sleep } from '@cosi-ts/core';
import { ipPrefixOf } from '@cosi-ts/resources';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WireguardChange } from '../network-driver.ts';
import { kernelDevices } from './kernel.ts';
import { probeDevices } from './probe.ts';
import { UserSpaceDevices } from './user-space.ts';

const NAME = `cosi${process.pid}`;
const KEY_1 = '3FxU7UuwektMjbyuJBs7i1hDj2rQA6tHnbNB6WrQxww=';
const KEY_2 = 'tQuicRD0tqCu48M+zrySTe4slT15JxWhWIboZOB4tWs=';
const PSK = 'TPbGXrYlvuXgAl8dERpwjlA5tnEMoihPDPxlovcLtVg=';

const first: WireguardChange = {
  privateKey: 'gNoasoKOJzl+/B+uXhvsBVxv81OcVLrlcmQ5jQwZO08=',
  listenPort: 51_820,
  firewallMark: 0x20,
  removed: [],
  peers: [
    {
      publicKey: KEY_1,
      presharedKey: PSK,
      endpoint: '172.20.0.3:51820',
      persistentKeepaliveInterval: '25s',
      allowedIPs: ['10.244.1.0/24', '10.244.2.0/24', 'fd8a::1/128'].map(ipPrefixOf),
    },
    { publicKey: KEY_2, presharedKey: PSK, persistentKeepaliveInterval: '25s', allowedIPs: [] },
  ],
};

/** One peer less, an address less, another endpoint. */
const second: WireguardChange = {
  removed: [KEY_2],
  peers: [{ publicKey: KEY_1, endpoint: '[fd00::3]:1', allowedIPs: [ipPrefixOf('10.244.1.0/24')] }],
};

/** A device in a namespace of its own; its socket is where all of them are. */
function canTry(): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v wireguard-go wg && test -w /dev/net/tun'], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'add', NAME], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'delete', NAME], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!canTry())('a WireGuard device', () => {
  test('is told and tells the same through its socket and through `wg`', async () => {
    const { timers, log } = realHost();
    const userSpace = new UserSpaceDevices(timers, log);
    execFileSync('ip', ['netns', 'add', NAME]);
    const child = spawn('ip', ['netns', 'exec', NAME, 'wireguard-go', '-f', NAME], { stdio: 'ignore' });
    onTestFinished(async () => {
      const ended = new Promise((resolve) => void child.once('close', resolve));
      child.kill('SIGTERM');
      await ended;
      execFileSync('ip', ['netns', 'delete', NAME]);
    });
    while ((await userSpace.read(NAME)) === undefined) await sleep(timers, 10);

    for (const write of [userSpace, kernelDevices]) {
      await write.configure(NAME, first);
      const told = await userSpace.read(NAME);
      expect(told).toMatchObject({ privateKey: first.privateKey, listenPort: 51_820, firewallMark: 0x20 });
      expect(told?.peers.find(({ publicKey }) => publicKey === KEY_1)?.endpoint).toBe('172.20.0.3:51820');
      expect(sorted(await kernelDevices.read(NAME))).toEqual(sorted(told));
      await write.configure(NAME, second);
      const after = sorted(await userSpace.read(NAME));
      expect(after).toEqual(sorted(await kernelDevices.read(NAME)));
      expect(after?.peers).toMatchObject([
        { publicKey: KEY_1, presharedKey: PSK, endpoint: '[fd00::3]:1', allowedIPs: ['10.244.1.0/24'] },
      ]);
      // What is not named stays.
      await write.configure(NAME, { removed: [], peers: [{ publicKey: KEY_1, endpoint: '10.0.0.9:9' }] });
      expect((await userSpace.read(NAME))?.peers).toMatchObject([
        {
          presharedKey: PSK,
          endpoint: '10.0.0.9:9',
          persistentKeepaliveInterval: '25s',
          allowedIPs: ['10.244.1.0/24'],
        },
      ]);
      await write.configure(NAME, { removed: [KEY_1], peers: [] });
      expect((await userSpace.read(NAME))?.peers).toEqual([]);
    }
    await expect(userSpace.configure(NAME, { removed: [], peers: [{ publicKey: 'AAAA' }] })).rejects.toThrow('refuses');
  });

  test('that is not there is nothing', async () => {
    const { timers, log } = realHost();
    expect(await new UserSpaceDevices(timers, log).read('nobody0')).toBeUndefined();
    expect(await kernelDevices.read('nobody0')).toBeUndefined();
  });
});

test('a probe tells a device, or what is in the way', async () => {
  const { driver, missing } = await probeDevices('userspace');
  if (driver === '') expect(missing).not.toEqual([]);
  else expect([driver, missing]).toEqual(['userspace', []]);
});

/** Peers and addresses come in any order. */
function sorted(device: Awaited<ReturnType<typeof kernelDevices.read>>) {
  return (
    device && {
      ...device,
      peers: device.peers
        .map((peer) => ({ ...peer, allowedIPs: [...peer.allowedIPs].sort() }))
        .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1)),
    }
  );
}
