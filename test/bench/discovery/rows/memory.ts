import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../clock.ts';
import { Callers } from '../driver/callers.ts';
import { Connection } from '../driver/connection.ts';
import { ClusterRequests } from '../driver/requests.ts';
import { Watcher } from '../driver/watcher.ts';
import { startService, type Contestant, type ServiceUnderTest } from '../services/start-service.ts';
import { megabytes } from './format.ts';

const WATCHES = 1000;
const CLUSTERS_WATCHED = 100;
/** Fewer than any service allows one connection. */
const SHARED_BY = 100;

/** Bytes of a watch of an empty cluster, each on a connection of its own or many on one. */
export function idleWatcher({ shared }: { readonly shared: boolean }): (contestant: Contestant) => Promise<Sample> {
  return async (contestant) => {
    await using service = await startService(contestant);
    await callALot(service);
    return await perUnit(service, WATCHES, async () => {
      const requests = Array.from({ length: CLUSTERS_WATCHED }, (_, index) => new ClusterRequests(1 + index));
      let connection: Connection | undefined;
      for (let number = 0; number < WATCHES; number += 1) {
        if (connection === undefined || !shared || number % SHARED_BY === 0) {
          connection = await Connection.open(service.address);
        }
        const cluster = requests[number % CLUSTERS_WATCHED] as ClusterRequests;
        await new Watcher(connection, { cluster, affiliates: 0 }).watch();
      }
    });
  };
}

const CLUSTERS = 1000;
const AFFILIATES = 100;

/** Bytes of an affiliate: an id of 44 bytes, 500 of data, and four endpoints of 16. */
export async function affiliate(contestant: Contestant): Promise<Sample> {
  await using service = await startService(contestant);
  await callALot(service);
  return await perUnit(service, CLUSTERS * AFFILIATES, async () => {
    for (let number = 0; number < CLUSTERS; number += 1) {
      const callers = await Callers.open({
        address: service.address,
        cluster: new ClusterRequests(1 + number, { endpoints: 4 }),
        connections: 8,
        inFlight: 64,
        affiliates: AFFILIATES,
        changes: false,
      });
      callers.close();
    }
  });
}

/** What calls leave behind, and not what is stored, is there before. */
async function callALot({ address }: ServiceUnderTest): Promise<void> {
  const options = { connections: 8, inFlight: 64, affiliates: AFFILIATES, changes: true };
  const callers = await Callers.open({ address, cluster: new ClusterRequests(0, { endpoints: 4 }), ...options });
  await callers.run(5000);
  callers.close();
  await sleep(2000);
}

async function perUnit(service: ServiceUnderTest, count: number, make: () => Promise<void>): Promise<Sample> {
  const before = service.usage();
  await make();
  await sleep(3000);
  const after = service.usage();
  return {
    value: (after.resident - before.resident) / count,
    cpu: (after.cpu - before.cpu) / count,
    details: { 'RSS before': megabytes(before.resident), 'RSS after': megabytes(after.resident) },
  };
}
