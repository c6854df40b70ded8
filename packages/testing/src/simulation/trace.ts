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

const KEPT = 2_000;

/** Lines that are kept of what decided how a run went, from its beginning. */
const DECISIVE = 200;

/** What a run did: a hash over all of it, to compare runs with, and its last lines, to read. */
export class Trace {
  #entries: TraceEntry[] = [];
  readonly #decisive: TraceEntry[] = [];
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
    if (isDecisive(entry) && this.#decisive.length < DECISIVE) this.#decisive.push(entry);
    if (this.#entries.length < 2 * KEPT) return;
    this.#forgotten += KEPT;
    this.#entries = this.#entries.slice(KEPT);
  }

  /** What was not the boring choice, went wrong or was remarked, from the beginning. */
  decisions(lines: number): string {
    const hidden = this.#decisive.length - lines;
    const shown = this.#decisive.slice(0, lines).map((entry) => `  ${formatEntry(entry)}`);
    return [...shown, ...(hidden > 0 ? [`  … ${hidden} more`] : [])].join('\n');
  }

  /** The last lines as text. */
  tail(lines: number): string {
    const shown = this.#entries.slice(-lines);
    const hidden = this.length - shown.length;
    const head = hidden > 0 ? [`  … ${hidden} earlier`] : [];
    return [...head, ...shown.map((entry) => `  ${formatEntry(entry)}`)].join('\n');
  }
}

function isDecisive({ choice, count }: TraceEntry): boolean {
  return count === undefined || (choice ?? 0) > 0;
}

function formatEntry({ at, who, label, choice, count }: TraceEntry): string {
  const place = choice === undefined || choice === 0 ? '' : ` (${choice + 1} of ${count})`;
  return `${formatDuration(at).padStart(10)}  ${who.padEnd(12)} ${label}${place}`;
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
