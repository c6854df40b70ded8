import { formatDuration } from '@cosi-ts/core';
import { hashText } from './prng.ts';

/** One line of what happened. */
export interface TraceEntry {
  /** Milliseconds since the simulation began. */
  readonly at: number;
  readonly who: string;
  readonly label: string;
  /** Which of how many was taken; undefined for remarks and for what had no alternative. */
  readonly choice?: number | undefined;
  readonly count?: number | undefined;
}

/** A line for the reader alone, of something that was no decision: written by whoever heard of it, when it is asked for. */
export interface Remark extends TraceEntry {
  /** How many lines there were before it: see {@link Trace.length}. */
  readonly place: number;
}

const KEPT = 2_000;

/** Lines that are kept of what decided how a run went, from its beginning. */
const DECISIVE = 200;

/** What a run did: a hash over all of it, to compare runs with, and its last lines, to read. */
export class Trace {
  #entries: TraceEntry[] = [];
  readonly #decisive: Remark[] = [];
  #forgotten = 0;
  #low = 0;
  #high = 0;

  /** Equal for equal runs: 16 hexadecimal digits over every step, its time and its place in line. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low);
  }

  get length(): number {
    return this.#forgotten + this.#entries.length;
  }

  add(entry: TraceEntry): void {
    const moment = Math.imul(entry.at | 0, 0x9e3779b1) + (entry.choice ?? -1);
    this.#low = hashText(entry.label, hashText(entry.who, Math.imul(this.#low, 0x85ebca6b) + moment));
    this.#high = Math.imul(this.#high ^ this.#low, 0x5bd1e995) + (this.#high >>> 13);
    this.#entries.push(entry);
    if (isDecisive(entry) && this.#decisive.length < DECISIVE) {
      this.#decisive.push({ ...entry, place: this.length - 1 });
    }
    if (this.#entries.length < 2 * KEPT) return;
    this.#forgotten += KEPT;
    this.#entries = this.#entries.slice(KEPT);
  }

  /**
   * What happened, in so many lines: what was not the boring choice, went wrong or was noted, and of the remarks those
   * that are next to it.
   */
  story(lines: number, remarks: readonly Remark[] = []): string {
    const told = [...this.#decisive.map((line) => ({ line, isDecisive: true })), ...remarks.map(asTold)];
    told.sort((one, other) => one.line.place - other.line.place || Number(one.isDecisive) - Number(other.isDecisive));
    const shown = new Set(nearest(told, lines));
    const text: string[] = [];
    let hidden = 0;
    for (const each of told) {
      if (!shown.has(each)) hidden += 1;
      else {
        if (hidden > 0) text.push(`  … ${hidden} more`);
        hidden = 0;
        text.push(`  ${formatEntry(each.line)}`);
      }
    }
    if (hidden > 0) text.push(`  … ${hidden} more`);
    return text.join('\n');
  }

  /** The last lines as text. */
  tail(lines: number): string {
    const shown = this.#entries.slice(-lines);
    const hidden = this.length - shown.length;
    const head = hidden > 0 ? [`  … ${hidden} earlier`] : [];
    return [...head, ...shown.map((entry) => `  ${formatEntry(entry)}`)].join('\n');
  }
}

interface Told {
  readonly line: Remark;
  readonly isDecisive: boolean;
}

const asTold = (line: Remark): Told => ({ line, isDecisive: false });

/** The first decisions, and in the room that is left the lines with the fewest others between them and a decision. */
function nearest(told: readonly Told[], count: number): readonly Told[] {
  const decisions = told.flatMap(({ isDecisive }, at) => (isDecisive ? [at] : []));
  // With no decision at all the end is what tells.
  const anchors = decisions.length === 0 ? [told.length - 1] : decisions;
  const distance = (at: number): number => Math.min(...anchors.map((anchor) => Math.abs(anchor - at)));
  const ranked = told.map((each, at) => ({ each, rank: each.isDecisive ? -1 : distance(at) }));
  return ranked
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, count)
    .map(({ each }) => each);
}

function isDecisive({ choice, count }: TraceEntry): boolean {
  return count === undefined || (choice ?? 0) > 0;
}

function formatEntry({ at, who, label, choice }: TraceEntry): string {
  const place = choice === undefined || choice === 0 ? '' : ` (goes first, ahead of ${choice} in line)`;
  return `${formatDuration(at).padStart(10)}  ${who.padEnd(12)} ${label}${place}`;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
