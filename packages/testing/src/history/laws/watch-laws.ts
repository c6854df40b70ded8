import { compareUtf8 } from '@cosi-ts/core';
import { kindKey, type Resource } from '@cosi-ts/resources';
import { digestOf, eventDigest } from '../digest.ts';
import type { Violation, WatchRecord } from '../history.ts';
import type { Delivery } from './delivery.ts';
import { keyOf, type Logs } from './key-log.ts';

/** What the events of one watch say by themselves, and against what is known of each resource. */
export function watchLaws(record: WatchRecord, told: readonly Delivery[], logs: Logs): readonly Violation[] {
  const violations: Violation[] = [];
  const break_ = (law: string, message: string): void => {
    violations.push({ law, message: `${nameOf(record)}: ${message}` });
  };
  endsLoudly(record, told, break_);
  beginsWhole(record, told, break_);
  const views = new Map<string, Resource | undefined>();
  const knowsAbsence = record.bootstrapContents;
  for (const delivery of told) {
    const { event, tells, resource } = delivery;
    if (resource === undefined) continue;
    const { metadata } = resource;
    const { target, query } = record;
    const name = `${event.type} ${metadata.id}@${metadata.version}`;
    if (kindKey(metadata) !== kindKey(target)) break_('W7', `${name} is of ${kindKey(metadata)}`);
    if (tells === 'nothing' || tells === 'put' || tells === 'destroy') {
      if ('bookmark' in event && event.bookmark === undefined) break_('W6', `${name} has no bookmark`);
      if (!('bookmark' in event)) break_('W6', `${name} has no bookmark`);
    }
    if (tells === 'nothing') continue;
    if (target.id !== undefined && metadata.id !== target.id) break_('W7', `${name} is of another resource`);

    const key = keyOf(metadata);
    const isKnown = views.has(key) || knowsAbsence;
    const view = views.get(key);
    const isThere = view !== undefined;
    if (event.type === 'created' && isThere) break_('W9', `${name} was there already, at ${view.metadata.version}`);
    if (event.type !== 'created' && isKnown && !isThere && tells !== 'absence') break_('W9', `${name} was not there`);
    if (event.type !== 'destroyed' && query !== undefined && !query.matches(resource)) {
      break_('W7', `${name} does not match`);
    }
    const log = logs.byKey.get(key);
    if (event.type === 'updated') {
      const { old } = event;
      const fact = log?.find('put', old.metadata.version)?.resource;
      if (query !== undefined && !query.matches(old)) break_('W7', `${name} did not match before`);
      if (old.metadata.version !== metadata.version - 1) break_('W8', `${name} shows ${old.metadata.version} as old`);
      else if (isOther(fact, old) || isOther(view, old)) break_('W8', `${name} shows as old what never was`);
    }
    if (tells === 'destroy') {
      const fact = log?.find('put', metadata.version)?.resource;
      if (isOther(fact, resource) || isOther(view, resource)) break_('W8', `${name} shows what never was`);
    }
    views.set(key, event.type === 'destroyed' ? undefined : resource);
  }
  staysAsDelivered(record, break_);
  return violations;
}

/** `watch 12 of client-1 (default/os/path, filtered)`. */
export function nameOf({ client, target, query, called, from }: WatchRecord): string {
  const id = target.id === undefined ? '' : `/${target.id}`;
  const how = [query && 'filtered', from && 'resumed'].filter(Boolean).map((word) => `, ${word}`);
  return `watch ${called} of ${client} (${kindKey(target)}${id}${how.join('')})`;
}

type Break = (law: string, message: string) => void;

function isOther(known: Resource | undefined, shown: Resource): boolean {
  return known !== undefined && known !== shown && digestOf(known) !== digestOf(shown);
}

function endsLoudly(record: WatchRecord, told: readonly Delivery[], break_: Break): void {
  const failure = told.findIndex(({ event }) => event.type === 'errored');
  if (failure >= 0 && failure < told.length - 1) break_('W13', 'something follows its errored event');
  const { ended, closed } = record;
  if (ended !== undefined && failure < 0 && (closed === undefined || closed > ended)) {
    break_('W12', 'it ended without a word');
  }
  if (record.batches.some(({ events }) => events.length === 0)) break_('W12', 'a batch is empty');
}

function beginsWhole(
  { bootstrapContents, bootstrapBookmark }: WatchRecord,
  told: readonly Delivery[],
  break_: Break,
): void {
  const ends = told.filter(({ event }) => event.type === 'bootstrapped').length;
  if (ends !== (bootstrapContents && told.some(({ tells }) => tells !== 'contents') ? 1 : 0)) {
    const isOver = told.some(({ event }) => event.type === 'errored');
    if (!isOver || ends > 1) break_('W10', `it has ${ends} ends of its contents`);
  }
  const end = told.findIndex(({ event }) => event.type === 'bootstrapped');
  if (told.slice(0, Math.max(0, end)).some(({ tells }) => tells !== 'contents'))
    break_('W10', 'its contents hold changes');
  const contents = told.filter(({ tells, event }) => tells === 'contents' && event.type === 'created');
  for (const [index, { resource }] of contents.entries()) {
    const before = contents[index - 1]?.resource;
    if (resource === undefined || before === undefined) continue;
    if (compareUtf8(before.metadata.id, resource.metadata.id) >= 0) {
      break_('W10', `its contents show ${resource.metadata.id} after ${before.metadata.id}`);
    }
  }
  const [first] = told.slice(bootstrapContents ? contents.length + 1 : 0);
  if (bootstrapBookmark && first !== undefined && first.event.type !== 'noop' && first.event.type !== 'errored') {
    break_('W10', 'it does not begin with a bookmark');
  }
}

function staysAsDelivered({ batches }: WatchRecord, break_: Break): void {
  for (const { events, digests } of batches) {
    for (const [index, event] of events.entries()) {
      if (eventDigest(event) !== digests[index]) break_('W17', `a ${event.type} event was changed after its delivery`);
    }
  }
}
