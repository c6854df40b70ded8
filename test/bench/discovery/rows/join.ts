import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../clock.ts';
import { Connection } from '../driver/connection.ts';
import { ClusterRequests, headers } from '../driver/requests.ts';
import { Watcher } from '../driver/watcher.ts';
import { startService, type Contestant } from '../services/start-service.ts';
import { megabytes, millis } from './format.ts';

export interface JoinOptions {
  readonly clusters: number;
  /** Nodes of each cluster. */
  readonly nodes: number;
  /** How many are on their way in at most. */
  readonly atOnce: number;
}

/**
 * So many nodes that come at once: each says hello, watches, and publishes itself while it reads, until it knows all of
 * its cluster. One whose watch is dropped begins again after a pause, as clients do.
 */
export function join({ clusters, nodes, atOnce }: JoinOptions): (contestant: Contestant) => Promise<Sample> {
  return async (contestant) => {
    await using service = await startService(contestant);
    await warmUp(service.address, clusters);
    const idle = service.usage();
    await service.loopDelay();
    const requests = Array.from({ length: clusters }, (_, cluster) => new ClusterRequests(cluster));
    const joined: Watcher[] = [];
    let next = 0;
    const start = performance.now();
    const comeIn = async (): Promise<void> => {
      while (next < clusters * nodes) {
        const number = next;
        next += 1;
        const cluster = requests[Math.floor(number / nodes)] as ClusterRequests;
        joined.push(await enter(service.address, cluster, number % nodes, nodes));
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, clusters * nodes) }, comeIn));
    const elapsed = performance.now() - start;
    const after = service.usage();
    const delay = await service.loopDelay();
    const received = joined.reduce((total, watcher) => total + watcher.received, 0);
    const drops = joined.reduce((total, watcher) => total + watcher.drops, 0);
    for (const watcher of joined) watcher.close();
    const cpu = after.cpu - idle.cpu;
    return {
      value: elapsed * 1e6,
      cpu,
      details: {
        dropped: String(drops),
        sent: megabytes(received),
        CPU: millis(cpu / 1e6),
        'RSS peak': megabytes(after.peak),
        'above idle': megabytes(after.peak - idle.resident),
        ...(delay !== undefined && { 'loop delay p99': millis(delay) }),
      },
    };
  };
}

async function enter(address: string, cluster: ClusterRequests, number: number, nodes: number): Promise<Watcher> {
  const connection = await Connection.open(address);
  await connection.unary(headers('Hello')(), cluster.hello);
  return new Promise((resolve, reject) => {
    const watcher: Watcher = new Watcher(connection, {
      cluster,
      affiliates: nodes,
      pause: () => 250 + 500 * Math.random(),
      onTold: () => {
        if (watcher.known === nodes) resolve(watcher);
      },
    });
    void watcher.watch();
    connection.unary(headers('AffiliateUpdate')(), cluster.update(number, 1)).catch(reject);
  });
}

/** Code that runs for the first time is slow, and what is measured is not the first minute of a service's life. */
async function warmUp(address: string, firstFree: number): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const cluster = new ClusterRequests(firstFree + round);
    const nodes = await Promise.all(Array.from({ length: 40 }, (_, number) => enter(address, cluster, number, 40)));
    for (const node of nodes) node.close();
  }
  await sleep(1000);
}
