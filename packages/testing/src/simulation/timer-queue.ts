/** Something that is to happen at a moment of virtual time. */
export interface Alarm {
  /** Milliseconds since the simulation began. */
  readonly due: number;
  /** Breaks ties: first made, first due. */
  readonly order: number;
  /** Place in the heap; -1 when it is not there. */
  slot: number;
}

/** A binary heap of alarms from which any can be taken out, so that cancelled timeouts leave nothing behind. */
export class TimerQueue<A extends Alarm> {
  #heap: A[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get first(): A | undefined {
    return this.#heap[0];
  }

  values(): ArrayIterator<A> {
    return this.#heap.values();
  }

  add(alarm: A): void {
    this.#heap.push(alarm);
    this.#rise(alarm, this.#heap.length - 1);
  }

  /** @returns whether it was there. */
  remove(alarm: A): boolean {
    const { slot } = alarm;
    if (slot < 0) return false;
    alarm.slot = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === alarm) return true;
    this.#sink(last, slot);
    if (last.slot === slot) this.#rise(last, slot);
    return true;
  }

  #rise(alarm: A, from: number): void {
    let slot = from;
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = this.#heap[parent];
      if (above === undefined || !isBefore(alarm, above)) break;
      this.#put(above, slot);
      slot = parent;
    }
    this.#put(alarm, slot);
  }

  #sink(alarm: A, from: number): void {
    let slot = from;
    for (;;) {
      let child = 2 * slot + 1;
      let below = this.#heap[child];
      const right = this.#heap[child + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (below === undefined || !isBefore(below, alarm)) break;
      this.#put(below, slot);
      slot = child;
    }
    this.#put(alarm, slot);
  }

  #put(alarm: A, slot: number): void {
    this.#heap[slot] = alarm;
    alarm.slot = slot;
  }
}

function isBefore(a: Alarm, b: Alarm): boolean {
  return a.due === b.due ? a.order < b.order : a.due < b.due;
}
