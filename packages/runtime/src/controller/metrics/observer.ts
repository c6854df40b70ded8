import type { Controller } from '../controller.ts';
import type { Outcome } from '../outcome.ts';

/** How a piece of work ended. */
export interface WorkEvent {
  readonly controller: string;
  readonly style: Controller['style'];
  readonly outcome: Outcome;
  /** Seconds that it took. */
  readonly seconds: number;
  /** Of an operator, how many inputs it looked at. */
  readonly inputs?: number | undefined;
}

/** A change that was mapped to keys by a mapper that takes its time, or that failed before. */
export interface MappingEvent extends WorkEvent {
  /** Keys that it gave. */
  readonly keys: number;
}

/** What a controller has to do at one moment. */
export interface ControllerLoad {
  /** Keys in line. */
  readonly depth: number;
  /** Keys that are worked on. */
  readonly active: number;
  /** Seconds that the work under way has taken so far, all together. */
  readonly unfinished: number;
  /** The same of the one that takes longest. */
  readonly longest: number;
}

/** A controller that was registered, and what it has to do at any moment. */
export interface ObservedController extends Pick<Controller, 'name' | 'style' | 'concurrency'> {
  load(): ControllerLoad;
}

/** Hears what a controller runtime does: for metrics. Nothing of it may throw, or take time. */
export interface RuntimeObserver {
  registered?(controller: ObservedController): void;
  /** A key was put in line. @param isRetry since it failed, or asked for it */
  queued?(controller: string, isRetry: boolean): void;
  /** A key was taken out of the line. @param seconds that it waited there */
  taken?(controller: string, seconds: number): void;
  reconciled?(event: WorkEvent): void;
  mapped?(event: MappingEvent): void;
  /** A controller failed as a whole, and is started again. */
  crashed?(controller: string, thrown: unknown): void;
  /** Some types are read from what is at hand. @param sizes for each of them, how many resources these are */
  cached?(sizes: () => ReadonlyMap<string, number>): void;
  /** A port was called; reads of what is at hand do not count. */
  called?(controller: string, kind: 'read' | 'write'): void;
}
