import { kindKey, type Resource } from '@cosi-ts/resources';
import type { History, Operation, Violation, WatchRecord } from '../history.ts';
import { describeOperation } from '../linearizable.ts';
import type { Origins } from './bookmarks.ts';
import type { Delivery } from './delivery.ts';
import { OrderGraph } from './graph.ts';
import { isVisible, keyOf, type KeyLog, type LoggedChange, type Logs } from './key-log.ts';
import { splitTransactions } from './batches.ts';
import { checkCut, checkSilence, type Cut, type Silence } from './stretches.ts';
import { Timeline } from './timeline.ts';
import { nameOf } from './watch-laws.ts';

type Deliveries = ReadonlyMap<WatchRecord, readonly Delivery[]>;

/**
 * Whether everything that was told fits into one order of events. Each thing told says that something happened before
 * something else: an operation between its call and its return, an event of a watch behind the one before, what a
 * list shows before it and what it does not show behind it. A watch covers a stretch of the order: what it should have
 * shown and did not lies before its beginning or behind its end. If that leads in a circle, a law is broken.
 */
export function orderLaws(
  history: History,
  logs: Logs,
  deliveries: Deliveries,
  origins: Origins,
  options: ContractOptions,
): readonly Violation[] {
  const order = new Order(history, logs, deliveries, origins, options);
  for (const log of logs.byKey.values()) order.addChanges(log);
  for (const operation of history.operations) order.addRead(operation);
  for (const record of history.watches) order.addWatch(record);
  return order.violations();
}

export interface ContractOptions {
  /**
   * Watches open their streams anew when these break: contents may then be of a later moment than that at which the
   * watch stood, as long as they are of one.
   */
  readonly heals?: boolean | undefined;
}

/** The laws in a circle of reasons, the one that says most first. */
const PRECEDENCE = ['W5', 'W3', 'W11', 'W10', 'L2', 'L1', 'W1'];

interface Stretch {
  readonly start: number;
  readonly end: number;
  /** The bookmarks that others go on from, by the event that gave them. */
  readonly bookmarks: Map<number, number>;
}

interface Whole {
  readonly begin: number;
  readonly end: number;
}

class Order {
  readonly #graph = new OrderGraph();
  readonly #time: Timeline;
  readonly #logs: Logs;
  readonly #options: ContractOptions;
  readonly #deliveries: Deliveries;
  readonly #changes = new Map<LoggedChange, number>();
  readonly #wholes = new Map<Operation, Whole>();
  readonly #stretches = new Map<WatchRecord, Stretch>();
  readonly #violations: Violation[] = [];
  readonly #cuts: Cut[] = [];
  readonly #silences: Silence[] = [];

  constructor(history: History, logs: Logs, deliveries: Deliveries, origins: Origins, options: ContractOptions) {
    this.#options = options;
    this.#logs = logs;
    this.#deliveries = deliveries;
    this.#time = new Timeline(this.#graph, history);
    for (const record of history.watches) {
      if (record.opened === undefined) continue;
      // Watches are recorded in order, so the one that a bookmark comes from is there.
      const [origin] = origins(record);
      const source = origin && this.#stretches.get(origin.record);
      const name = nameOf(record);
      const start = source?.bookmarks.get(origin?.index ?? -1) ?? this.#graph.node(`the beginning of ${name}`);
      if (origin !== undefined) source?.bookmarks.set(origin.index, start);
      this.#stretches.set(record, { start, end: this.#graph.node(`the end of ${name}`), bookmarks: new Map() });
    }
  }

  violations(): readonly Violation[] {
    const cycle = this.#graph.cycle();
    if (cycle !== undefined) {
      const law = PRECEDENCE.find((law) => cycle.some((edge) => edge.law === law)) ?? 'L1';
      const told = cycle.filter(({ why }) => why !== '').map(({ why, from, to }) => `${from} before ${to}: ${why}`);
      return [...this.#violations, { law, message: `what was told contradicts itself\n  ${told.join('\n  ')}` }];
    }
    for (const cut of this.#cuts) this.#violations.push(...checkCut(cut, this.#graph, this.#logs, this.#changes));
    for (const silence of this.#silences) this.#violations.push(...checkSilence(silence, this.#graph, this.#changes));
    return this.#violations;
  }

  addChanges(log: KeyLog): void {
    let last: LoggedChange | undefined;
    for (const change of log.changes) {
      const node = this.#graph.node(`${change.kind} of ${log.pointer.id}@${change.version}`);
      this.#changes.set(change, node);
      const whole = this.#wholeOf(change);
      if (whole !== undefined) {
        this.#graph.edge(whole.begin, node);
        this.#graph.edge(node, whole.end);
      }
      this.#edge(this.#behind(last), this.#before(change), '', 'versions count up');
      last = change;
      if (change.by !== undefined) this.#time.during(node, change.by);
      else if (change.notBefore > 0) this.#time.after(node, change.notBefore);
    }
    // Of destructions by certain operations the k-th is not before the k-th call, and not after the k-th return.
    const calls = log.destroyers.map(({ called }) => called).sort((a, b) => a - b);
    const returns = log.destroyers.flatMap(({ returned }) => returned ?? []).sort((a, b) => a - b);
    for (const [index, change] of log.changes.filter(({ kind }) => kind === 'destroy').entries()) {
      const node = this.#changes.get(change);
      const [called, returned] = [calls[index], returns[index]];
      if (node === undefined || called === undefined || returned === undefined) continue;
      this.#time.after(node, called);
      this.#time.before(node, returned);
    }
  }

  /** A transaction has a beginning and an end, and nothing but a bookmark may be between them. */
  #wholeOf({ by }: LoggedChange): Whole | undefined {
    const transaction = by?.of;
    if (transaction === undefined) return undefined;
    let whole = this.#wholes.get(transaction);
    if (whole === undefined) {
      const name = describeOperation(transaction);
      whole = { begin: this.#graph.node(`the beginning of ${name}`), end: this.#graph.node(`the end of ${name}`) };
      this.#wholes.set(transaction, whole);
      this.#time.during(whole.begin, transaction);
      this.#time.during(whole.end, transaction);
    }
    return whole;
  }

  /** Where something is that was before a change, and all that came with it. */
  #before(change: LoggedChange | undefined): number | undefined {
    return change && (this.#wholeOf(change)?.begin ?? this.#changes.get(change));
  }

  #behind(change: LoggedChange | undefined): number | undefined {
    return change && (this.#wholeOf(change)?.end ?? this.#changes.get(change));
  }

  addRead(operation: Operation): void {
    const { command, outcome } = operation;
    if (outcome?.kind !== 'done' || typeof outcome.value !== 'object') return;
    if (command.do !== 'get' && command.do !== 'list') return;
    const name = describeOperation(operation);
    const node = this.#graph.node(name);
    this.#time.during(node, operation);
    if ('metadata' in outcome.value) {
      this.#showAt(node, outcome.value, 'L1');
      return;
    }
    if (command.do !== 'list') return;
    const { kind, query } = command;
    const resources = outcome.value;
    if (query !== undefined && !resources.every((resource) => query.matches(resource))) {
      this.#break('L2', `${name} holds what does not match`);
    }
    const shown = new Set(resources.map((resource) => this.#showAt(node, resource, 'L2')));
    this.#cuts.push({ name, node, kind: kindKey(kind), query, shown });
  }

  addWatch(record: WatchRecord): void {
    const stretch = this.#stretches.get(record);
    if (stretch === undefined) return;
    const { start, end, bookmarks } = stretch;
    const { called, opened, tailEvents, closed = Number.POSITIVE_INFINITY } = record;
    const caughtUp = record.caughtUp.findLast((moment) => moment < closed);
    const law = record.from === undefined ? 'W3' : 'W5';
    if (record.from === undefined && tailEvents <= 0) this.#time.after(start, called);
    if (opened !== undefined) this.#time.before(start, this.#beganBy(record, opened), 'W11', 'it stood');

    /** How far each resource was shown. */
    const shown = new Map<string, LoggedChange>();
    const told = this.#deliveries.get(record) ?? [];
    let last = start;
    for (const [index, delivery] of told.entries()) {
      const { tells, resource } = delivery;
      if (tells === 'contents' && resource !== undefined) {
        const key = this.#showAt(start, resource, 'W10');
        const change = this.#logs.byKey.get(key)?.find('put', resource.metadata.version);
        if (change !== undefined) shown.set(key, change);
      } else if ((tells === 'put' || tells === 'destroy') && resource !== undefined) {
        const change = this.#addDelivered(record, tells, resource, shown, law);
        const node = change && this.#changes.get(change);
        if (node === undefined) continue;
        this.#graph.edge(last, node, 'W1', `the order of ${nameOf(record)}`);
        const behind = this.#behind(change);
        if (behind !== undefined) this.#time.before(behind, delivery.at);
        last = node;
      }
      const bookmark = bookmarks.get(index);
      if (bookmark === undefined || bookmark === last) continue;
      this.#graph.edge(last, bookmark, 'W5', `a bookmark of ${nameOf(record)}`);
      last = bookmark;
    }
    this.#graph.edge(last, end);
    if (caughtUp !== undefined) this.#time.after(end, caughtUp, law, 'it had caught up');
    this.#addUntold(record, stretch, shown, law);
    for (const message of splitTransactions(told, this.#logs)) this.#break('W4', `${nameOf(record)} ${message}`);
  }

  /** The moment by which a watch had begun. */
  #beganBy(record: WatchRecord, opened: number): number {
    if (this.#options.heals !== true) return opened;
    // With the end of its contents, or with the state of its resource.
    const told = this.#deliveries.get(record) ?? [];
    const begins = told.find(({ event, tells }) => {
      return record.bootstrapContents ? event.type === 'bootstrapped' : tells === 'contents' || tells === 'absence';
    });
    return begins?.at ?? (record.bootstrapContents ? (record.batches.at(-1)?.at ?? opened) : opened);
  }

  /** Places an event of a watch. @returns undefined if it has no place */
  #addDelivered(
    record: WatchRecord,
    tells: 'put' | 'destroy',
    resource: Resource,
    shown: Map<string, LoggedChange>,
    law: string,
  ): LoggedChange | undefined {
    const key = keyOf(resource.metadata);
    const log = this.#logs.byKey.get(key);
    const change = log?.find(tells, resource.metadata.version);
    if (log === undefined || change === undefined) return undefined;
    const name = `${tells} of ${resource.metadata.id}@${resource.metadata.version}`;
    const before = shown.get(key);
    if (before !== undefined && change.index <= before.index) {
      const law = change.index === before.index ? 'W2' : 'W1';
      this.#break(law, `${nameOf(record)} gives ${name} after ${before.kind}@${before.version}`);
      return undefined;
    }
    shown.set(key, change);
    const between = log.changes.slice((before?.index ?? -1) + 1, change.index);
    const missed = between.findLast((each) => isVisible(log, each, record.query) === true);
    const start = this.#stretches.get(record)?.start;
    if (missed === undefined || start === undefined) return change;
    if (before !== undefined) {
      this.#break(law, `${nameOf(record)} gives ${name} without ${missed.kind}@${missed.version}`);
    } else this.#edge(this.#changes.get(missed), start, law, `${nameOf(record)} did not tell of it`);
    return change;
  }

  /** What the watch did not show at all, or no more. */
  #addUntold(record: WatchRecord, stretch: Stretch, shown: ReadonlyMap<string, LoggedChange>, law: string): void {
    const { target, query } = record;
    // Whoever closed it before they read it was shown nothing.
    const beginsAbsent = (this.#deliveries.get(record) ?? []).some(({ event }) => event.type === 'bootstrapped');
    for (const [key, log] of this.#logs.byKey) {
      if (log.kind !== kindKey(target) || (target.id !== undefined && log.pointer.id !== target.id)) continue;
      const last = shown.get(key);
      if (last === undefined) {
        this.#silences.push({ record, log, law, ...stretch, beginsAbsent });
        continue;
      }
      const missed = log.changes.slice(last.index + 1).find((change) => isVisible(log, change, query) === true);
      const node = missed && this.#changes.get(missed);
      if (node !== undefined) this.#graph.edge(stretch.end, node, law, `${nameOf(record)} did not tell of it`);
    }
  }

  /** A resource is shown as it was at a place: its version was written before it, and the next behind it. */
  #showAt(node: number, resource: Resource, law: string): string {
    const key = keyOf(resource.metadata);
    const log = this.#logs.byKey.get(key);
    const change = log?.find('put', resource.metadata.version);
    if (log === undefined || change === undefined) return key;
    const next = log.changes[change.index + 1];
    this.#edge(this.#behind(change), node, law, 'it shows it');
    this.#edge(node, this.#before(next), law, 'it does not show it yet');
    return key;
  }

  #break(law: string, message: string): void {
    this.#violations.push({ law, message });
  }

  #edge(from: number | undefined, to: number | undefined, law: string, why: string): void {
    if (from !== undefined && to !== undefined) this.#graph.edge(from, to, law, why);
  }
}
