import { FileError, codeOf, messageOf, sleep, writeFileAtomically, type Host, type Owner } from '@cosi-ts/core';
import { countEndpoints } from '../../wire/entries.ts';
import { decodeSnapshot } from '../../wire/snapshot.ts';
import type { DiscoveryObserver } from '../observe/observer.ts';
import type { Clusters } from '../state/clusters.ts';
import { exportClusters, type Tally } from './export.ts';
import { importAffiliate, isClusterId } from './import.ts';

export interface SnapshotSettings {
  /** The file. Its directory is made if need be; a damaged one is put aside as `<path>.damaged`. */
  readonly path: string;
  /** Milliseconds from the end of a save to the next; ten minutes by default. */
  readonly interval?: number | undefined;
}

export interface SnapshotParts {
  readonly host: Host;
  readonly owner: Owner;
  readonly clusters: Clusters;
  readonly settings: SnapshotSettings;
  readonly observer?: DiscoveryObserver | undefined;
}

const TEN_MINUTES = 600_000;

/** Milliseconds that the last save may take. */
const PATIENCE = 10_000;

/** Takes up what the last run left, which is never a reason not to start: nodes bring everything back in time. */
export async function loadSnapshot(parts: SnapshotParts): Promise<void> {
  const { host, settings, observer } = parts;
  const start = host.clock.monotonic();
  const tally = emptyTally();
  try {
    const file = await host.files.read(settings.path);
    if (file === undefined) {
      host.log.info('there is no snapshot yet', { path: settings.path });
      return;
    }
    tally.bytes = file.length;
    await importFile(file, tally, parts);
  } catch (error) {
    observer?.snapshot('load', undefined);
    host.log.warn('the snapshot was not loaded as a whole', { ...tally, path: settings.path, error: messageOf(error) });
    // The next save would overwrite what somebody may still want to look into.
    if (codeOf(error) === 'snapshot-damaged') await putAside(parts);
    return;
  }
  report('load', tally, start, parts);
}

/** Saves now and then; one that fails is tried again the next time. */
export function keepSnapshots(parts: SnapshotParts): void {
  const { host, owner, settings } = parts;
  const run = (): void => {
    if (!owner.isOpen) return;
    owner.run(async () => {
      await save(parts).catch((error: unknown) => {
        host.log.error('the snapshot was not saved', { path: settings.path, error: messageOf(error) });
      });
      schedule();
    });
  };
  const schedule = (): void => {
    if (owner.isOpen) host.timers.after(settings.interval ?? TEN_MINUTES, run, { background: true });
  };
  schedule();
}

/** Saves once more, at the end. @throws FileError, also if it takes too long */
export async function saveLastSnapshot(parts: SnapshotParts): Promise<void> {
  const { timers } = parts.host;
  const saved = new AbortController();
  const late = sleep(timers, PATIENCE, saved.signal).then(() => {
    const { path } = parts.settings;
    throw new FileError('ETIMEDOUT', path, `the snapshot ${path} could not be saved within ${PATIENCE / 1000} s`);
  });
  await Promise.race([save(parts), late]).finally(() => saved.abort());
}

async function save(parts: SnapshotParts): Promise<void> {
  const { host, clusters, settings, observer } = parts;
  const start = host.clock.monotonic();
  const tally = emptyTally();
  try {
    const slash = settings.path.lastIndexOf('/');
    if (slash > 0) await host.files.makeDirectory(settings.path.slice(0, slash), { mode: 0o755 });
    const pieces = exportClusters(clusters, tally, () => host.clock.monotonic());
    await writeFileAtomically(host.files, settings.path, pieces);
  } catch (error) {
    observer?.snapshot('save', undefined);
    throw error;
  }
  report('save', tally, start, parts);
}

async function importFile(file: Uint8Array, tally: Tally, { host, clusters }: SnapshotParts): Promise<void> {
  for (const { id, affiliates } of decodeSnapshot(file, { now: host.clock.millis() })) {
    if (!isClusterId(id)) continue;
    const now = host.clock.monotonic();
    const kept = affiliates.flatMap((affiliate) => {
      const value = importAffiliate(affiliate, now);
      return value === undefined ? [] : [[affiliate.id, value] as const];
    });
    const count = clusters.restore(id, kept);
    tally.clusters += count > 0 ? 1 : 0;
    tally.affiliates += count;
    for (const [, { entry }] of kept.slice(0, count)) tally.endpoints += countEndpoints(entry);
    const turn = host.pace.yield();
    if (turn !== undefined) await turn;
  }
}

async function putAside({ host, settings: { path } }: SnapshotParts): Promise<void> {
  try {
    await host.files.rename(path, `${path}.damaged`);
  } catch (error) {
    host.log.warn('the damaged snapshot could not be put aside', { path, error: messageOf(error) });
  }
}

function report(operation: 'save' | 'load', tally: Tally, start: number, { host, settings, observer }: SnapshotParts) {
  const result = { ...tally, millis: Math.round(host.clock.monotonic() - start) };
  observer?.snapshot(operation, result);
  host.log.info(operation === 'save' ? 'the snapshot was saved' : 'the snapshot was loaded', {
    ...result,
    path: settings.path,
  });
}

function emptyTally(): Tally {
  return { bytes: 0, clusters: 0, affiliates: 0, endpoints: 0 };
}
