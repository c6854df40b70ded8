import { kindKey, type Pointer, type Resource } from '@cosi-ts/resources';
import type { Query } from '@cosi-ts/runtime';
import { contentDigest, digestOf } from '../digest.ts';
import { partsOf, pointerOf, type History, type Operation, type Violation, type WatchRecord } from '../history.ts';
import { describeOperation } from '../linearizable.ts';
import type { Delivery } from './delivery.ts';

/** Something that happened to a resource: a version was written, or the last one was destroyed. */
export interface LoggedChange {
  readonly index: number;
  readonly kind: 'put' | 'destroy';
  readonly version: number;
  /** What was written, or what was destroyed; undefined if nobody was told. */
  readonly resource: Resource | undefined;
  /** Whether it began a new incarnation; undefined if nobody can tell. */
  readonly isCreation: boolean | undefined;
  /** The operation that did it, if that is certain. */
  readonly by: Operation | undefined;
  /** It did not happen before this. */
  readonly notBefore: number;
}

/**
 * Whether a change shows in a watch with this query, if it is of the watch's resources; undefined if nobody can tell.
 */
export function isVisible(log: KeyLog, change: LoggedChange, query: Query | undefined): boolean | undefined {
  if (query === undefined) return true;
  const was = change.isCreation === true ? false : matchesAt(log, change.index - 1, query);
  const is = change.kind === 'destroy' ? false : matchesAt(log, change.index, query);
  return was === true || is === true ? true : was === undefined || is === undefined ? undefined : false;
}

/** Whether the resource was there and matched behind a change (-1: before the first); undefined if nobody can tell. */
export function matchesAt(log: KeyLog, index: number, query: Query | undefined): boolean | undefined {
  const change = log.changes[index];
  if (change === undefined || change.kind === 'destroy') return false;
  const next = log.changes[index + 1];
  // It may have been destroyed, or changed, and nobody was told.
  if (next === undefined ? log.isOpen : next.kind === 'put' && next.isCreation === undefined) return undefined;
  if (query === undefined) return true;
  return change.resource === undefined ? undefined : query.matches(change.resource);
}

/** Everything that is known to have happened to a resource, in order. */
export interface KeyLog {
  readonly pointer: Pointer;
  readonly kind: string;
  readonly changes: readonly LoggedChange[];
  /** Whether something may have followed of which nobody was told. */
  readonly isOpen: boolean;
  /** Operations that destroyed it for certain, and whether that accounts for each destruction. */
  readonly destroyers: readonly Operation[];
  find(kind: LoggedChange['kind'], version: number): LoggedChange | undefined;
}

export interface Logs {
  readonly byKey: ReadonlyMap<string, KeyLog>;
  readonly violations: readonly Violation[];
}

export const keyOf = (pointer: Pointer): string => `${kindKey(pointer)}/${pointer.id}`;

interface Put {
  resource: Resource;
  digest: string;
  isCreation: boolean | undefined;
  by: Operation | undefined;
}

interface Facts {
  readonly pointer: Pointer;
  readonly puts: Map<number, Put>;
  readonly destroyed: Map<number, Resource>;
  readonly destroyedBy: Map<number, Operation>;
  readonly operations: Operation[];
}

/** Puts together what operations and watches told of each resource. Versions order what happened to it. */
export function logsOf(history: History, deliveries: ReadonlyMap<WatchRecord, readonly Delivery[]>): Logs {
  const violations: Violation[] = [];
  const facts = new Map<string, Facts>();
  const of = (pointer: Pointer): Facts => {
    const key = keyOf(pointer);
    let known = facts.get(key);
    if (known === undefined)
      facts.set(
        key,
        (known = { pointer, puts: new Map(), destroyed: new Map(), destroyedBy: new Map(), operations: [] }),
      );
    return known;
  };
  const put = (resource: Resource, isCreation?: boolean, by?: Operation): void => {
    const { puts } = of(resource.metadata);
    const { version } = resource.metadata;
    const digest = digestOf(resource);
    const known = puts.get(version);
    if (known === undefined) {
      puts.set(version, { resource, digest, isCreation, by });
      return;
    }
    const isSecondWrite = by !== undefined && known.by !== undefined;
    if (known.digest !== digest || isSecondWrite) violations.push(reused(resource, known, by));
    known.isCreation ??= isCreation;
    known.by ??= by;
  };

  for (const operation of partsOf(history.operations)) {
    const { command, outcome } = operation;
    const pointer = pointerOf(command);
    if (pointer !== undefined) of(pointer).operations.push(operation);
    if (outcome?.kind !== 'done' || typeof outcome.value !== 'object') continue;
    const { value } = outcome;
    if (!('metadata' in value)) for (const resource of value) put(resource);
    else if (command.do === 'create' || command.do === 'update') put(value, command.do === 'create', operation);
    else {
      put(value);
      if (command.do !== 'destroy') continue;
      const { version } = value.metadata;
      of(value.metadata).destroyed.set(version, value);
      of(value.metadata).destroyedBy.set(version, operation);
    }
  }
  for (const [{ query }, told] of deliveries) {
    for (const { event, tells, resource } of told) {
      if (resource === undefined) continue;
      if (tells === 'contents') put(resource);
      else if (tells === 'put') put(resource, isCreation(event.type, query !== undefined));
      else if (tells === 'destroy') of(resource.metadata).destroyed.set(resource.metadata.version, resource);
    }
  }
  const byKey = new Map([...facts].map(([key, known]) => [key, logOf(known, violations)]));
  return { byKey, violations };
}

/** With a query, what was created may just have entered the selection. */
function isCreation(type: string, isFiltered: boolean): boolean | undefined {
  if (type === 'created') return isFiltered ? undefined : true;
  return false;
}

function reused(resource: Resource, known: Put, by: Operation | undefined): Violation {
  const { type, id, version } = resource.metadata;
  const writers = [known.by, by].flatMap((each) => (each === undefined ? [] : [describeOperation(each)]));
  const by2 = writers.length === 0 ? '' : `: ${writers.join(', and ')}`;
  return { law: 'L4', message: `${type}(${id}) had two different contents at version ${version}${by2}` };
}

function logOf({ pointer, puts, destroyed, destroyedBy, operations }: Facts, violations: Violation[]): KeyLog {
  const changes: LoggedChange[] = [];
  const push = (change: Omit<LoggedChange, 'index'>): void => void changes.push({ ...change, index: changes.length });
  const unknown = { resource: undefined, by: undefined, notBefore: 0 };
  const bury = (version: number, resource: Resource | undefined): void =>
    push({ ...unknown, kind: 'destroy', version, resource, isCreation: false, by: destroyedBy.get(version) });

  const maybes = operations.filter(isMaybe);
  for (const known of puts.values()) {
    const mayCreate = maybes.some(
      ({ command }) => command.do === 'create' && haveSameContent(command.resource, known.resource),
    );
    if (!mayCreate) known.isCreation ??= false;
  }
  const versions = [...new Set([...puts.keys(), ...destroyed.keys()])].sort((a, b) => a - b);
  for (const version of versions) {
    const known = puts.get(version);
    const last = changes.at(-1);
    if (last?.kind === 'put' && known?.isCreation === true) bury(last.version, last.resource);
    if (last?.kind === 'put' && known?.isCreation === false) {
      // Updates count by one: those in between happened too.
      for (let missed = last.version + 1; missed < version; missed += 1) {
        push({ ...unknown, kind: 'put', version: missed, isCreation: false });
      }
    }
    const { by, notBefore } = known === undefined ? unknown : explained(known, operations, violations);
    const begins = last === undefined || changes.at(-1)?.kind === 'destroy' ? true : known?.isCreation;
    push({
      kind: 'put',
      version,
      resource: known?.resource ?? destroyed.get(version),
      isCreation: begins,
      by,
      notBefore,
    });
    if (destroyed.has(version)) bury(version, known?.resource ?? destroyed.get(version));
  }

  const destroyers = operations.filter(({ command, outcome }) => command.do === 'destroy' && outcome?.kind === 'done');
  const last = changes.at(-1);
  const buried = (): number => changes.filter(({ kind }) => kind === 'destroy').length;
  const isCertain = [...puts.values()].every(({ isCreation }) => isCreation !== undefined);
  if (isCertain && last?.kind === 'put' && destroyers.length > buried()) bury(last.version, last.resource);

  const byVersion = new Map(changes.map((change) => [`${change.kind} ${change.version}`, change]));
  return {
    pointer,
    kind: kindKey(pointer),
    changes,
    isOpen: maybes.length > 0 || destroyers.length > buried(),
    destroyers: maybes.length === 0 && destroyers.length === buried() ? destroyers : [],
    find: (kind, version) => byVersion.get(`${kind} ${version}`),
  };
}

/** A write of which nobody can say whether it happened. */
function isMaybe({ command, outcome }: Operation): boolean {
  if (command.do === 'get' || command.do === 'list') return false;
  return outcome === undefined || outcome.kind === 'unknown';
}

/** Who wrote a version: the operation that was told so, else one that may have. */
function explained(
  { resource, by }: Put,
  operations: readonly Operation[],
  violations: Violation[],
): Pick<LoggedChange, 'by' | 'notBefore'> {
  if (by !== undefined) return { by, notBefore: by.called };
  const candidates = operations.filter((operation) => mayHaveWritten(operation, resource));
  const [first] = candidates;
  if (first === undefined) {
    const { type, id, version } = resource.metadata;
    violations.push({ law: 'W3', message: `${type}(${id}) was told of at version ${version}, which nobody wrote` });
    return { by: undefined, notBefore: 0 };
  }
  const isCertain = candidates.length === 1 && first.outcome?.kind === 'done';
  return { by: isCertain ? first : undefined, notBefore: Math.min(...candidates.map(({ called }) => called)) };
}

function mayHaveWritten({ command, outcome }: Operation, resource: Resource): boolean {
  if (outcome?.kind === 'refused') return false;
  if (command.do === 'teardown') return resource.metadata.phase === 'tearingDown';
  if (command.do !== 'create' && command.do !== 'update') return false;
  return outcome?.kind !== 'done' && haveSameContent(command.resource, resource);
}

const haveSameContent = (given: Resource, stored: Resource): boolean => contentDigest(given) === contentDigest(stored);
