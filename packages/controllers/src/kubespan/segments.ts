/** Addresses of one family as numbers, first to last, and who claims all of them. */
interface Segment {
  readonly first: bigint;
  readonly last: bigint;
  /** In ascending order; never empty. */
  readonly claimants: readonly string[];
}

/** Numbers from `first` to `last`. */
export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Who claims which numbers, as segments that do not overlap, in ascending order: what is claimed by several is a
 * segment of its own. One span costs a search and the segments that it covers.
 */
export class Segments {
  readonly #compare: (a: string, b: string) => number;
  #segments: Segment[] = [];

  /** @param compare the order of claimants */
  constructor(compare: (a: string, b: string) => number) {
    this.#compare = compare;
  }

  add({ first, last }: Span, claimant: string): void {
    const from = this.#firstEndingAt(first);
    const replaced: Segment[] = [];
    let next = first;
    let to = from;
    for (
      let segment = this.#segments[to];
      segment !== undefined && segment.first <= last;
      segment = this.#segments[++to]
    ) {
      if (segment.first < first) replaced.push({ ...segment, last: first - 1n });
      if (segment.first > next) replaced.push({ first: next, last: segment.first - 1n, claimants: [claimant] });
      const claimants = [...segment.claimants, claimant].sort(this.#compare);
      const end = segment.last < last ? segment.last : last;
      replaced.push({ first: segment.first < first ? first : segment.first, last: end, claimants });
      if (segment.last > last) replaced.push({ ...segment, first: last + 1n });
      next = segment.last + 1n;
    }
    if (next <= last) replaced.push({ first: next, last, claimants: [claimant] });
    this.#replace(from, to, replaced);
  }

  /** Takes back what was added. */
  remove({ first, last }: Span, claimant: string): void {
    const from = this.#firstEndingAt(first);
    const replaced: Segment[] = [];
    let to = from;
    for (
      let segment = this.#segments[to];
      segment !== undefined && segment.first <= last;
      segment = this.#segments[++to]
    ) {
      const claimants = segment.claimants.filter((other) => other !== claimant);
      if (claimants.length > 0) replaced.push({ ...segment, claimants });
    }
    // What a claim had split is whole again: otherwise segments only ever become more.
    const [before, after] = [this.#segments[from - 1], this.#segments[to]];
    const joined = join([...(before ? [before] : []), ...replaced, ...(after ? [after] : [])]);
    const start = before ? from - 1 : from;
    this.#replace(start, after ? to + 1 : to, joined);
  }

  /** The segments that lie in a span which somebody claimed as such. */
  in({ first, last }: Span): readonly Segment[] {
    const from = this.#firstEndingAt(first);
    let to = from;
    while ((this.#segments[to]?.first ?? last + 1n) <= last) to += 1;
    return this.#segments.slice(from, to);
  }

  #replace(from: number, to: number, by: readonly Segment[]): void {
    // Arguments have to fit on the stack.
    if (by.length < 1000) this.#segments.splice(from, to - from, ...by);
    else this.#segments = [...this.#segments.slice(0, from), ...by, ...this.#segments.slice(to)];
  }

  #firstEndingAt(value: bigint): number {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle] as Segment).last < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Neighbours that touch and have the same claimants, as one. */
function join(segments: readonly Segment[]): readonly Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const before = joined.at(-1);
    const isSame =
      before !== undefined &&
      before.last + 1n === segment.first &&
      before.claimants.length === segment.claimants.length &&
      before.claimants.every((claimant, at) => claimant === segment.claimants[at]);
    if (isSame) joined[joined.length - 1] = { ...before, last: segment.last };
    else joined.push(segment);
  }
  return joined;
}
