import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../clock.ts';
import { Callers, type Called } from '../driver/callers.ts';
import { ClusterRequests } from '../driver/requests.ts';
import { Watcher } from '../driver/watcher.ts';
import { startService, type Contestant } from '../services/start-service.ts';
import { megabytes, micros, millis, percentile } from './format.ts';

const AFFILIATES = 100;
const WARM_UP = 1500;
const MEASURED = 5000;

export interface UpdateOptions {
  readonly watchers: number;
  /** Whether calls say something new. */
  readonly changes: boolean;
  /** One caller, back to back. */
  readonly flood?: boolean;
  /** Whether to measure an empty handler as well. */
  readonly besideEmpty?: boolean;
}

/** Updates of 100 affiliates, 64 in flight over 8 connections. */
export function update(options: UpdateOptions): (contestant: Contestant) => Promise<Sample> {
  return async (contestant) => {
    const empty = options.besideEmpty === true && contestant === 'ours' ? await callEmpty() : undefined;
    await using service = await startService(contestant);
    const cluster = new ClusterRequests(0);
    const { flood = false, changes } = options;
    const callers = await Callers.open({
      address: service.address,
      cluster,
      connections: flood ? 1 : 8,
      inFlight: flood ? 1 : 64,
      affiliates: AFFILIATES,
      changes,
    });
    const watchers = await openWatchers(service.address, cluster, options.watchers);
    await callers.run(WARM_UP);
    const told = sum(watchers, 'notifications');
    const dropped = sum(watchers, 'drops');
    const before = service.usage();
    const start = performance.now();
    const called = await callers.run(MEASURED);
    const elapsed = performance.now() - start;
    // What is still on its way is work of these calls, too.
    const isUpToDate = await areUpToDate(watchers, service.address, cluster);
    const after = service.usage();
    const notifications = sum(watchers, 'notifications') - told;
    const cpu = after.cpu - before.cpu;
    const rate = (called.calls / elapsed) * 1000;
    const sample: Sample = {
      value: (elapsed * 1e6) / called.calls,
      cpu: cpu / called.calls,
      details: {
        rate: `${Math.round(rate)} calls/s`,
        ...(empty !== undefined && {
          'of an empty handler': `${(rate / empty.rate).toFixed(2)}×, by CPU ${((empty.cpu * called.calls) / cpu).toFixed(2)}×`,
        }),
        ...latencyOf(called),
        'CPU/call': micros(cpu / called.calls),
        ...(options.watchers > 0 && {
          notifications: `${Math.round((notifications / elapsed) * 1000)}/s`,
          'CPU/notification': notifications === 0 ? 'none' : micros(cpu / notifications),
          dropped: String(sum(watchers, 'drops') - dropped),
          'all newest at the end': isUpToDate ? 'yes' : 'NO',
        }),
        refused: String(called.refused),
        RSS: megabytes(after.resident),
      },
    };
    for (const watcher of watchers) watcher.close();
    callers.close();
    return sample;
  };
}

/** The same calls at a server of the same library that does nothing with them. */
async function callEmpty(): Promise<{ readonly rate: number; readonly cpu: number }> {
  await using service = await startService('empty');
  const options = { connections: 8, inFlight: 64, affiliates: AFFILIATES, changes: true };
  const callers = await Callers.open({ address: service.address, cluster: new ClusterRequests(0), ...options });
  await callers.run(WARM_UP);
  const before = service.usage();
  const start = performance.now();
  const { calls } = await callers.run(MEASURED);
  const elapsed = performance.now() - start;
  callers.close();
  return { rate: (calls / elapsed) * 1000, cpu: (service.usage().cpu - before.cpu) / calls };
}

async function openWatchers(address: string, cluster: ClusterRequests, count: number): Promise<Watcher[]> {
  const watchers: Watcher[] = [];
  while (watchers.length < count) {
    const next = Array.from({ length: Math.min(100, count - watchers.length) }, () =>
      Watcher.open(address, { cluster, affiliates: AFFILIATES }),
    );
    watchers.push(...(await Promise.all(next)));
  }
  return watchers;
}

/** Whether all watchers come to know of every affiliate what the service has, within five seconds. */
async function areUpToDate(watchers: readonly Watcher[], address: string, cluster: ClusterRequests): Promise<boolean> {
  const fresh = await Watcher.open(address, { cluster, affiliates: AFFILIATES });
  fresh.close();
  const isSame = (watcher: Watcher): boolean => watcher.versions.every((version, at) => version === fresh.versions[at]);
  for (const end = performance.now() + 5000; performance.now() < end; await sleep(5)) {
    if (watchers.every(isSame)) return true;
  }
  return false;
}

function latencyOf({ latencies }: Called) {
  return { p50: millis(percentile(latencies, 0.5)), p99: millis(percentile(latencies, 0.99)) };
}

export function sum(watchers: readonly Watcher[], what: 'notifications' | 'drops' | 'received'): number {
  return watchers.reduce((total, watcher) => total + watcher[what], 0);
}
