import { createHash } from 'node:crypto';
import type { Files } from '@cosi-ts/core';

const PREFIX = 'discovery-cache';
const SUFFIX = '.binpb';
/** The one service of a configuration that cannot name any. */
const UNNAMED = 'legacy';
const MAX_NAME = 100;

/** Whether a file of a node's directory is what a discovery service told it. */
export function isDiscoveryCache(file: string): boolean {
  return file.startsWith(PREFIX) && file.endsWith(SUFFIX);
}

/** The file that keeps what a service told: `discovery-cache.binpb`, or one for each name. */
export function discoveryCacheOf(service: string): string {
  if (service === UNNAMED) return `${PREFIX}${SUFFIX}`;
  const name = encodeURIComponent(service);
  const isShort = name.length <= MAX_NAME;
  return `${PREFIX}-${isShort ? name : createHash('sha256').update(service).digest('hex')}${SUFFIX}`;
}

/** Removes the files of all services but these: a registry that is off leaves nothing behind. */
export async function removeOtherCaches(files: Files, directory: string, services: Iterable<string>): Promise<void> {
  const kept = new Set(Array.from(services, discoveryCacheOf));
  for (const file of await files.list(directory)) {
    if (isDiscoveryCache(file) && !kept.has(file)) await files.remove(`${directory}/${file}`);
  }
}
