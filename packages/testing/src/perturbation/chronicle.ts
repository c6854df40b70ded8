import { NO_CAUSES, type Cause } from '@cosi-ts/core';
import { kindKey, pointerText, type Resource, type ResourceType } from '@cosi-ts/resources';
import type { MemoryState, WatchEvent } from '@cosi-ts/runtime';
import type { Simulation } from '../simulation/simulation.ts';
import { hashText } from '../simulation/prng.ts';
import { LivelockError } from './livelock.ts';
import { observeResource, type RunOutcome } from './outcome.ts';
import type { Change, Scenario } from './scenario.ts';

/** A write that had an effect. */
export interface Written {
  /** A controller's name; empty for a user. */
  readonly actor: string;
  readonly causes: readonly Cause[];
  /** Of the commit. */
  readonly position: number;
  /** The kind, as causes name it. */
  readonly table: string;
  readonly key: string;
  readonly how: 'creates' | 'writes' | 'destroys';
  /** What it is now; undefined: gone. */
  readonly value: Resource | undefined;
  /** When, and behind how many lines of the timeline. */
  readonly at: number;
  readonly place: number;
}

const HOW = { created: 'creates', updated: 'writes', destroyed: 'destroys' } as const;

/** Writes that are remembered: enough to see a loop in. */
const KEPT = 1000;

/** A state that is come back to so often, by writes, while nothing is asked of anybody, will be come back to for ever. */
const LOOP = 8;

/** Everything that is written in a run, and what follows from that alone. */
export class Chronicle {
  /** How often each resource was created and destroyed. */
  readonly lives = new Map<string, { created: number; destroyed: number }>();
  /** Writes to what is observed. */
  observed = 0;
  /** Invariants that did not hold at some moment, once each. */
  readonly violations = new Set<string>();
  /** Set once a livelock is seen. */
  livelock: LivelockError | undefined;
  #writes: Written[] = [];
  readonly #state: MemoryState;
  readonly #invariant: Scenario['invariant'];
  readonly #observe: Scenario['observe'];
  readonly #sim: Pick<Simulation, 'now' | 'place'>;
  #visits: Map<number, number> | undefined;
  #difference = 0;

  constructor(
    state: MemoryState,
    { invariant, observe }: Pick<Scenario, 'invariant' | 'observe'>,
    sim: Pick<Simulation, 'now' | 'place'>,
  ) {
    this.#state = state;
    this.#sim = sim;
    this.#invariant = invariant;
    this.#observe = observe;
  }

  get writes(): readonly Written[] {
    return this.#writes;
  }

  /** Begins to write it, with what is there already. */
  async follow(types: readonly ResourceType[]): Promise<void> {
    for (const type of types) {
      const watch = await this.#state.watchKind(type);
      void (async () => {
        for await (const batch of watch) for (const event of batch) this.#hear(event);
      })();
    }
  }

  /** From now on nobody asks for anything: who comes back to the same state again and again is in a loop. */
  expectRest(): void {
    this.#visits = new Map([[0, 1]]);
    this.#difference = 0;
  }

  /** The users act again. */
  expectChange(): void {
    this.#visits = undefined;
  }

  /** Asks the invariant about the present state. */
  async check(change?: Change): Promise<void> {
    try {
      await this.#invariant?.(this.#state, change);
    } catch (thrown) {
      this.violations.add(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  #hear(event: WatchEvent): void {
    if (event.type !== 'created' && event.type !== 'updated' && event.type !== 'destroyed') return;
    const { resource } = event;
    const key = pointerText(resource.metadata);
    const isObserved = this.#observe === undefined || this.#observe(resource) !== undefined;
    if (isObserved) this.observed += 1;
    if (isObserved && event.type !== 'updated') this.#count(key, event.type);
    const origin = this.#state.origin(resource.metadata);
    const after = event.type === 'destroyed' ? undefined : resource;
    const before = event.type === 'updated' ? event.old : event.type === 'destroyed' ? resource : undefined;
    const { actor = '', causes = NO_CAUSES, position = this.#state.position } = origin ?? {};
    const table = kindKey(resource.metadata);
    const { now: at, place } = this.#sim;
    this.#writes.push({ actor, causes, position, table, key, how: HOW[event.type], value: after, at, place });
    if (this.#writes.length > 2 * KEPT) this.#writes = this.#writes.slice(-KEPT);
    if (this.#invariant !== undefined) void this.check({ before, after });
    if (this.#visits !== undefined) this.#visit(this.#visits, before, after, key);
  }

  #count(key: string, what: 'created' | 'destroyed'): void {
    const counts = this.lives.get(key) ?? { created: 0, destroyed: 0 };
    counts[what] += 1;
    this.lives.set(key, counts);
  }

  /** The present state is known by how it differs from the one in which rest was expected first. */
  #visit(visits: Map<number, number>, before: Resource | undefined, after: Resource | undefined, key: string): void {
    this.#difference ^= hashOf(before, key) ^ hashOf(after, key);
    const times = (visits.get(this.#difference) ?? 0) + 1;
    visits.set(this.#difference, times);
    if (times >= LOOP) this.livelock ??= new LivelockError(this.#writes);
  }

  /** How often what happened, as it is now. */
  copyOfLives(): RunOutcome['lives'] {
    return new Map([...this.lives].map(([key, counts]) => [key, { ...counts }]));
  }
}

function hashOf(resource: Resource | undefined, key: string): number {
  return resource === undefined ? 0 : hashText(JSON.stringify(observeResource(resource)), hashText(key, 0));
}
