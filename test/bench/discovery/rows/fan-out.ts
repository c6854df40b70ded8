import type { Sample } from '../../clock.ts';
import { Connection } from '../driver/connection.ts';
import { ClusterRequests, headers } from '../driver/requests.ts';
import { Watcher } from '../driver/watcher.ts';
import { startService, type Contestant } from '../services/start-service.ts';
import { megabytes, micros, millis, percentile } from './format.ts';
import { sum } from './update.ts';

const WARM_UP = 1500;
const MEASURED = 5000;
/** After that a watcher was not told, and the next change begins. */
const PATIENCE = 2000;

/** One change, until the last of so many watchers has heard of it; then the next. */
export function fanOut(count: number): (contestant: Contestant) => Promise<Sample> {
  return async (contestant) => {
    await using service = await startService(contestant);
    const cluster = new ClusterRequests(0);
    const caller = await Connection.open(service.address);
    const head = headers('AffiliateUpdate');
    let version = 0;
    let missing = 0;
    let heard: (() => void) | undefined;
    const onTold = (_: number, told: number): void => {
      if (told !== version) return;
      missing -= 1;
      if (missing === 0) heard?.();
    };
    const change = async (): Promise<boolean> => {
      version += 1;
      missing = count;
      let timer: NodeJS.Timeout | undefined;
      const all = new Promise<boolean>((resolve) => {
        heard = () => resolve(true);
        timer = setTimeout(() => resolve(false), PATIENCE);
      });
      await caller.unary(head(), cluster.update(0, version));
      const haveAll = await all;
      clearTimeout(timer);
      return haveAll;
    };
    await caller.unary(head(), cluster.update(0, version));
    const watchers: Watcher[] = [];
    while (watchers.length < count) {
      watchers.push(await Watcher.open(service.address, { cluster, affiliates: 1, onTold }));
    }
    const latencies: number[] = [];
    let late = 0;
    const changeFor = async (millis: number): Promise<void> => {
      for (const end = performance.now() + millis; performance.now() < end;) {
        const start = performance.now();
        if (await change()) latencies.push(performance.now() - start);
        else late += 1;
      }
    };
    await changeFor(WARM_UP);
    latencies.length = 0;
    const told = sum(watchers, 'notifications');
    const before = service.usage();
    const start = performance.now();
    await changeFor(MEASURED);
    const elapsed = performance.now() - start;
    const after = service.usage();
    const notifications = sum(watchers, 'notifications') - told;
    const cpu = (after.cpu - before.cpu) / notifications;
    const sorted = Float64Array.from(latencies).sort();
    const sample: Sample = {
      value: (elapsed * 1e6) / notifications,
      cpu,
      details: {
        notifications: `${Math.round((notifications / elapsed) * 1000)}/s`,
        'last p50': millis(percentile(sorted, 0.5)),
        'last p99': millis(percentile(sorted, 0.99)),
        'CPU/notification': micros(cpu),
        dropped: String(sum(watchers, 'drops')),
        late: String(late),
        RSS: megabytes(after.resident),
      },
    };
    for (const watcher of watchers) watcher.close();
    caller.close();
    return sample;
  };
}
