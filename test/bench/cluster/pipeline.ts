import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterIdFrom, clusterSecretFrom, generateNodeConfig, nodeControllers } from '@cosi-ts/controllers';
import { Owner, realHost, type ChangesCursor } from '@cosi-ts/core';
import type { AffiliateData } from '@cosi-ts/discovery';
import { KubeSpanPeerSpec, Member, ipPrefixOf, typeRegistry, type Resource } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState } from '@cosi-ts/runtime';
import { begin, collectGarbage, median, type Sample } from '../clock.ts';
import { WatchedService, type Published } from './watched-service.ts';

const KEY = Buffer.alloc(32, 7);
const CHANGES = 300;

/** A node with all of its controllers, in a cluster of so many others. */
async function startNode(size: number) {
  const directory = mkdtempSync(path.join(tmpdir(), 'cosi-bench-'));
  const service = new WatchedService(KEY);
  const real = realHost();
  const host = { ...real, rpc: service.rpc(real.rpc) };
  const owner = new Owner('bench');
  const configPath = path.join(directory, 'config.yaml');
  writeFileSync(configPath, configuration());
  const state = new MemoryState({ clock: host.clock, random: host.random, pace: host.pace, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  const os = { name: 'Talos', version: 'v1.3.0' };
  for (const controller of nodeControllers({ host, directory, configPath, os, ttl: 1_800_000 })) {
    runtime.register(controller);
  }
  const members = follow(state.changes(Member));
  const peers = follow(state.changes(KubeSpanPeerSpec));
  const end = async (): Promise<void> => {
    owner.drop();
    rmSync(directory, { recursive: true, force: true });
    await new Promise((resolve) => setImmediate(resolve));
  };
  service.tell(Array.from({ length: size }, (_, index) => affiliate(index, 0)));
  return { service, runtime, members, peers, end };
}

/** From the message on the wire to the member and the peer, for one affiliate of so many: the median. */
export function change(size: number) {
  return async (): Promise<Sample> => {
    const { service, runtime, members, peers, end } = await startNode(size);
    runtime.start();
    await peers.until(size);
    await members.until(size + 1);
    collectGarbage();
    const samples: Sample[] = [];
    for (let round = 1; round <= CHANGES; round += 1) {
      const published = [affiliate((round * 7919) % size, round)];
      const changed = [members.next(), peers.next()];
      const stopwatch = begin();
      service.tell(published);
      await Promise.all(changed);
      samples.push(stopwatch.perOp(1));
    }
    await end();
    return median(samples);
  };
}

/** From nothing to all members and peers. */
export function converge(size: number) {
  return async (): Promise<Sample> => {
    const { runtime, members, peers, end } = await startNode(size);
    const stopwatch = begin();
    runtime.start();
    await peers.until(size);
    await members.until(size + 1);
    const sample = stopwatch.perOp(size);
    await end();
    return sample;
  };
}

function follow(cursor: ChangesCursor<Resource>) {
  const known = new Set<string>();
  const pull = async (): Promise<void> => {
    await cursor.ready();
    for (const { key } of cursor.pull()?.changed ?? []) known.add(key);
  };
  return {
    /** Resolves when there are so many. */
    async until(count: number): Promise<void> {
      while (known.size < count) await pull();
    },
    /** Resolves when one changes. */
    next: pull,
  };
}

function affiliate(index: number, round: number): Published {
  const [high, low] = [index >> 8, index & 0xff];
  const data: AffiliateData = {
    nodeId: `node-${String(index).padStart(5, '0')}`.padEnd(43, 'x'),
    addresses: [Buffer.from([172, 20, high, low])],
    hostname: `worker-${index}-${round}`,
    nodename: `worker-${index}`,
    machineType: 'worker',
    operatingSystem: 'Talos (v1.3.0)',
    kubeSpan: {
      publicKey: Buffer.from(`key ${index}`.padEnd(32)).toString('base64'),
      address: Buffer.from([0xfd, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, high, low]),
      additionalAddresses: [
        { ip: Buffer.from([10, 128 + (high >> 2), ((high & 3) << 6) | (low >> 2), (low & 3) << 6]), bits: 26 },
      ],
      excludeAdvertisedAddresses: [],
    },
  };
  return { data, port: 10_000 + round };
}

function configuration(): string {
  return generateNodeConfig({
    type: 'controlplane',
    hostname: 'controlplane-1',
    interface: 'eth0',
    addresses: [ipPrefixOf('172.31.0.2/24')],
    hardwareAddr: '8e:13:71:af:7c:94',
    clusterName: 'bench',
    clusterId: clusterIdFrom(Buffer.alloc(32, 1)),
    clusterSecret: clusterSecretFrom(KEY),
    serviceEndpoint: 'http://service:3000',
    kubespan: true,
  });
}
