// A program that is a node of a cluster: it says that it is there, and prints who comes, changes and goes.
// node client.ts HOST:PORT CLUSTER-ID CLUSTER-SECRET NAME
import { Owner, realHost } from '@cosi-ts/core';
import { DiscoveryClient } from '@cosi-ts/discovery';

const [endpoint = '', clusterId = '', secret = '', name = ''] = process.argv.slice(2);
const key = Buffer.from(secret, 'base64');
const common = { host: realHost(), owner: new Owner(name), ttl: 30 * 60_000 };
const client = new DiscoveryClient({ ...common, endpoint, insecure: true, clusterId, affiliateId: name, key });

const empty = { addresses: [], nodename: '', machineType: 'worker', operatingSystem: '' };
client.setLocalData({ ...empty, nodeId: name, hostname: name }, [{ ip: Uint8Array.of(10, 0, 0, 1), port: 51820 }]);

const changes = client.affiliates.changes();
process.once('SIGTERM', () => changes.close());
while (!changes.isClosed) {
  await changes.ready();
  for (const { key: id, value } of changes.pull()?.changed ?? []) {
    console.log(
      value ? `${id} is there: ${value.data.hostname}, ${value.endpoints.length} endpoints` : `${id} is gone`,
    );
  }
}
await client.deleteLocal();
await common.owner.close();
