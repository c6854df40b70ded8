import type { Bug } from './bug.ts';
import { addedTwice } from './bugs/added-twice.ts';
import { createOnce } from './bugs/create-once.ts';
import { destroyedWhileHeld } from './bugs/destroyed-while-held.ts';
import { edgeTriggered } from './bugs/edge-triggered.ts';
import { finalizerCycle } from './bugs/finalizer-cycle.ts';
import { heldByNothing } from './bugs/held-by-nothing.ts';
import { lateFinalizer } from './bugs/late-finalizer.ts';
import { lockLeftBehind } from './bugs/lock-left-behind.ts';
import { lostWakeUp } from './bugs/lost-wake-up.ts';
import { matchedByName } from './bugs/matched-by-name.ts';
import { missedDeletionMark } from './bugs/missed-deletion-mark.ts';
import { notIdempotent } from './bugs/not-idempotent.ts';
import { orphanByStaleRead } from './bugs/orphan-by-stale-read.ts';
import { oscillatingPair } from './bugs/oscillating-pair.ts';
import { ownerConflictIgnored } from './bugs/owner-conflict-ignored.ts';
import { partialList } from './bugs/partial-list.ts';
import { passedOver } from './bugs/passed-over.ts';
import { readBeforeWrite } from './bugs/read-before-write.ts';
import { recreatedByName } from './bugs/recreated-by-name.ts';
import { remembersInMemory } from './bugs/remembers-in-memory.ts';
import { reportBeforeWork } from './bugs/report-before-work.ts';
import { staleCache } from './bugs/stale-cache.ts';
import { stuckTeardown } from './bugs/stuck-teardown.ts';
import { swallowedError } from './bugs/swallowed-error.ts';
import { wrongKey } from './bugs/wrong-key.ts';

/** Each of another class. */
export const BUGS: readonly Bug[] = [
  reportBeforeWork,
  createOnce,
  missedDeletionMark,
  stuckTeardown,
  swallowedError,
  remembersInMemory,
  lateFinalizer,
  notIdempotent,
  staleCache,
  edgeTriggered,
  recreatedByName,
  lostWakeUp,
  wrongKey,
  readBeforeWrite,
  finalizerCycle,
  heldByNothing,
  destroyedWhileHeld,
  matchedByName,
  partialList,
  lockLeftBehind,
  ownerConflictIgnored,
  oscillatingPair,
  orphanByStaleRead,
  addedTwice,
  passedOver,
];
