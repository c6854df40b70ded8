import type { Tape } from './tape.ts';

/**
 * What can go wrong. `cut`: a connection breaks, and what was under way in it is lost. `refuse`: a connection is
 * refused. `stall`: a connection goes silent, until a keepalive or the system gives it up. `delay`: a message
 * takes its time. `disk`: a file operation fails. `tear`: a crash finds some of what was not synced on the disk.
 * `crash`: a node dies and comes back.
 */
export type FaultKind = 'cut' | 'refuse' | 'stall' | 'delay' | 'disk' | 'tear' | 'crash';

/** The probability, at each opportunity, that a fault of a kind happens. */
export type FaultProfile = Readonly<Record<FaultKind, number>> & {
  /** The probability that somebody else than the first in line goes next; undefined: anybody, equally likely. */
  readonly disorder: number | undefined;
};

const NO_FAULTS: Readonly<Record<FaultKind, number>> = {
  cut: 0,
  refuse: 0,
  stall: 0,
  delay: 0,
  disk: 0,
  tear: 0,
  crash: 0,
};

/** Absent, seldom and often, per opportunity. */
const ODDS: Readonly<Record<FaultKind, readonly [number, number, number]>> = {
  cut: [0, 0.005, 0.05],
  refuse: [0, 0.05, 0.3],
  stall: [0, 0.002, 0.01],
  delay: [0, 0.05, 0.5],
  disk: [0, 0.01, 0.1],
  tear: [0, 0.3, 0.9],
  crash: [0, 0.0005, 0.005],
};

const DISORDER: readonly (number | undefined)[] = [0, 0.1, 0.5, undefined];

/** Every kind, in the order in which a profile is drawn. */
export const FAULT_KINDS = Object.keys(NO_FAULTS) as readonly FaultKind[];

/**
 * Draws how much of each allowed kind this run sees. Runs then differ in kind and not only in order: a run
 * with every fault at once seldom gets far enough to show anything.
 */
export function drawProfile(tape: Tape, allowed: readonly FaultKind[]): FaultProfile {
  const disorder = DISORDER[tape.choose('profile: disorder', DISORDER.length)];
  const profile: Record<FaultKind, number> = { ...NO_FAULTS };
  for (const kind of FAULT_KINDS) {
    if (allowed.includes(kind)) profile[kind] = ODDS[kind][tape.choose(`profile: ${kind}`, 3)] ?? 0;
  }
  return { ...profile, disorder };
}

/** The same order of things, and nothing that goes wrong. */
export function withoutFaults({ disorder }: FaultProfile): FaultProfile {
  return { ...NO_FAULTS, disorder };
}

/** `disorder=0.1 cut=0.05`: what was drawn, for the reader of a replay line. */
export function formatProfile(profile: FaultProfile): string {
  const faults = FAULT_KINDS.filter((kind) => profile[kind] > 0).map((kind) => `${kind}=${profile[kind]}`);
  return [`disorder=${profile.disorder ?? 'any'}`, ...faults].join(' ');
}
