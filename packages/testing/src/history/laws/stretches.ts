import type { Query } from '@cosi-ts/runtime';
import type { Violation, WatchRecord } from '../history.ts';
import type { OrderGraph } from './graph.ts';
import { isVisible, matchesAt, type KeyLog, type LoggedChange, type Logs } from './key-log.ts';
import { nameOf } from './watch-laws.ts';

/** Something that holds all there is of a kind at one place in the order, but for what does not match. */
export interface Cut {
  readonly name: string;
  readonly node: number;
  readonly kind: string;
  readonly query: Query | undefined;
  /** The resources that it shows. */
  readonly shown: ReadonlySet<string>;
}

/** A watch that showed nothing of a resource between two places. */
export interface Silence {
  readonly record: WatchRecord;
  readonly log: KeyLog;
  readonly law: string;
  readonly start: number;
  readonly end: number;
  /** Whether it showed at its beginning that the resource is not there. */
  readonly beginsAbsent: boolean;
}

type Nodes = ReadonlyMap<LoggedChange, number>;

/** What a list does not show was not there, or did not match, somewhere where the list may have been. */
export function checkCut(cut: Cut, graph: OrderGraph, { byKey }: Logs, nodes: Nodes): readonly Violation[] {
  const missing = [...byKey].filter(([key, { kind }]) => kind === cut.kind && !cut.shown.has(key));
  if (missing.length === 0) return [];
  const place = placeOf(cut.node, graph, nodes);
  return missing
    .filter(([, log]) => !place(log).some((index) => matchesAt(log, index, cut.query) !== true))
    .map(([, { pointer }]) => ({ law: 'L2', message: `${cut.name}, does not hold ${pointer.id}, which was there` }));
}

/** What a watch did not tell of happened before it or after it, and what it did not begin with was not there then. */
export function checkSilence(silence: Silence, graph: OrderGraph, nodes: Nodes): readonly Violation[] {
  const { record, log, law, beginsAbsent } = silence;
  const { query } = record;
  const shows = (change: LoggedChange): boolean => isVisible(log, change, query) === true;
  if (!log.changes.some(shows)) return [];
  const starts = placeOf(
    silence.start,
    graph,
    nodes,
  )(log).filter((index) => !beginsAbsent || matchesAt(log, index, query) !== true);
  const last = starts.at(-1);
  if (last === undefined) {
    return [{ law: 'W10', message: `${nameOf(record)} did not begin with ${log.pointer.id}, which was there` }];
  }
  const [end = 0] = placeOf(silence.end, graph, nodes)(log);
  const missed = log.changes.slice(last + 1, Math.max(last, end) + 1).find(shows);
  if (missed === undefined) return [];
  const what = `${missed.kind} of ${log.pointer.id}@${missed.version}`;
  return [{ law, message: `${nameOf(record)} did not tell of ${what}` }];
}

/** The changes of a resource that a place may be directly behind (-1: before all of them), in order. */
function placeOf(node: number, graph: OrderGraph, nodes: Nodes): (log: KeyLog) => readonly number[] {
  const before = graph.before(node);
  const after = graph.after(node);
  return ({ changes }) => {
    const isIn = (set: ReadonlySet<number>) => (change: LoggedChange) => set.has(nodes.get(change) ?? -1);
    const first = changes.findLastIndex(isIn(before));
    const next = changes.findIndex(isIn(after));
    const end = next < 0 ? changes.length : next;
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  };
}
