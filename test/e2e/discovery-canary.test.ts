import { existsSync, openSync, closeSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Owner, realHost } from '@cosi-ts/core';
import { DiscoveryClient } from '@cosi-ts/discovery';
import { expect, onTestFinished, test } from 'vitest';
import { start, temporaryDirectory } from './command.ts';

/** What nobody but the nodes of a cluster may ever see. */
const CANARIES = {
  hostname: Buffer.from('canary-hostname-4f1d7c'),
  nodename: Buffer.from('canary-nodename-93ab20'),
  os: Buffer.from('canary-os-release-77e1'),
  address: Buffer.from(
    '2001:db8:ca4a:12:fee1:600d:dead:f00d'
      .split(':')
      .map((word) => word.padStart(4, '0'))
      .join(''),
    'hex',
  ),
  endpoint: Buffer.from('fdfeedfacecafe12bead5eed0ddba115', 'hex'),
  key: Buffer.from('c0ffee5eca11ab1efaceb00cfeedbeef0ddba11badc0de5ca1ab1e5eedcab1e5', 'hex'),
};
const CLUSTER = 'cluster-that-may-be-seen';
const AFFILIATE = 'affiliate-that-may-be-seen';

test('the service never sees what nodes tell each other: not in memory, nor in snapshots, logs and pages', async () => {
  const directory = await temporaryDirectory();
  const snapshot = join(directory, 'state.binpb');
  const serve = start(
    'discovery',
    'serve',
    '--addr=127.0.0.1:0',
    '--landing-addr=',
    '--metrics-addr=127.0.0.1:0',
    '--debug',
    `--snapshot-path=${snapshot}`,
  );
  const logged = async (pattern: RegExp): Promise<string> => {
    await expect.poll(serve.err, { timeout: 20_000 }).toMatch(pattern);
    return pattern.exec(serve.err())?.[1] ?? '';
  };
  const address = await logged(/listens address=(\S+)/);
  const metrics = await logged(/metrics are served address=(\S+)/);

  const [one, two] = [node(address, AFFILIATE), node(address, 'the-other')];
  one.setLocalData(
    {
      nodeId: AFFILIATE,
      addresses: [CANARIES.address],
      hostname: CANARIES.hostname.toString(),
      nodename: CANARIES.nodename.toString(),
      machineType: 'worker',
      operatingSystem: CANARIES.os.toString(),
    },
    [{ ip: CANARIES.endpoint, port: 51820 }],
  );
  await expect.poll(() => two.affiliates.get(AFFILIATE)?.data.hostname).toBe(CANARIES.hostname.toString());

  const memory = existsSync('/proc/self/mem') ? memoryOf(serve.child.pid ?? 0) : [];
  const pages = await Promise.all(
    [`${address}/`, `${address}/inspect?clusterID=${CLUSTER}`, `${address}/stats`, `${metrics}/metrics`].map(
      async (url) => Buffer.from(await (await fetch(`http://${url}`)).text()),
    ),
  );
  const { code, err } = await serve.end();
  expect(code).toBe(0);
  const file = readFileSync(snapshot);

  // It would be found if it were there.
  const isIn = (where: readonly Buffer[], what: Buffer): boolean => where.some((part) => part.includes(what));
  if (memory.length > 0) expect(isIn(memory, Buffer.from(AFFILIATE))).toBe(true);
  expect([isIn(pages, Buffer.from(AFFILIATE)), isIn([file], Buffer.from(AFFILIATE))]).toEqual([true, true]);
  for (const [name, canary] of Object.entries(CANARIES)) {
    for (const form of [canary, Buffer.from(canary.toString('hex')), Buffer.from(canary.toString('base64'))]) {
      const places = { memory, pages, file: [file], log: [Buffer.from(err)] };
      const seen = Object.entries(places).filter(([, where]) => isIn(where, form));
      expect([name, seen.map(([place]) => place)]).toEqual([name, []]);
    }
  }
});

function node(endpoint: string, affiliateId: string): DiscoveryClient {
  const owner = new Owner(affiliateId);
  onTestFinished(() => owner.close());
  const host = realHost();
  return new DiscoveryClient({
    host,
    owner,
    endpoint,
    insecure: true,
    clusterId: CLUSTER,
    affiliateId,
    key: CANARIES.key,
    ttl: 60_000,
  });
}

/** All that a process may write to, as it is right now. */
function memoryOf(pid: number): Buffer[] {
  const parts: Buffer[] = [];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (start === undefined || end === undefined || line.includes('[v')) continue;
    const part = Buffer.alloc(Number(BigInt(`0x${end}`) - BigInt(`0x${start}`)));
    try {
      readSync(memory, part, 0, part.length, BigInt(`0x${start}`));
      parts.push(part);
    } catch {
      // Reserved and never touched.
    }
  }
  closeSync(memory);
  return parts;
}
