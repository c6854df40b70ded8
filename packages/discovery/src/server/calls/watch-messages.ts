import { memo } from '@cosi-ts/core';
import { encodeDeletion } from '../../wire/entries.ts';
import { unpack, type Packed } from '../../wire/packed.ts';

/** The messages that watches send after their first, made once for all that send them around the same time. */
export interface WatchMessages {
  update(entry: Packed): Uint8Array;
  deletion(id: string): Uint8Array;
}

/** Of each kind: as many as a cluster has affiliates. An update has 4.5 KB at most, and about 600 bytes as a rule. */
const CAPACITY = 1024;

export function watchMessages(): WatchMessages {
  return { update: memo(CAPACITY, unpack), deletion: memo(CAPACITY, encodeDeletion) };
}
