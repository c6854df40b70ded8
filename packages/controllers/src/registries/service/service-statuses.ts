import type { DiscoveryClient } from '@cosi-ts/discovery';
import type { RegistryStatusSpec } from '@cosi-ts/resources';
import { removeOutput, writeOutput, type OutputPort } from '@cosi-ts/runtime';

/** Keeps one status for each service that there is a client of, named `service/<name>`, as `controller`. */
export async function writeServiceStatuses(
  statuses: OutputPort<RegistryStatusSpec>,
  clients: ReadonlyMap<string, DiscoveryClient>,
  controller: string,
): Promise<void> {
  for (const { metadata } of await statuses.list()) {
    const isOurs = metadata.owner === controller;
    if (isOurs && !clients.has(metadata.id.slice(PREFIX.length))) await removeOutput(statuses, metadata.id, controller);
  }
  for (const [name, client] of clients) {
    await writeOutput(statuses, `${PREFIX}${name}`, statusOf(client), controller);
  }
}

const PREFIX = 'service/';

function statusOf({ status, affiliates }: DiscoveryClient): RegistryStatusSpec {
  const { endpoint, connected, published, lastError } = status;
  const isWell = connected && published;
  return {
    state: isWell || lastError === undefined ? (connected ? 'connected' : 'waiting') : 'failing',
    endpoint,
    affiliates: affiliates.size,
    message: isWell ? '' : (lastError?.message ?? (connected ? '' : 'connecting')),
  };
}
