import type { Eventually } from '@cosi-ts/core';
import type { Pointer, Resource } from '@cosi-ts/resources';
import { NotFoundError } from '../errors.ts';
import type { State } from '../state.ts';

/** A resource, or undefined if there is none, also of a state that can only refuse what it does not have. */
export function findIn(state: Pick<State, 'get' | 'find'>, pointer: Pointer): Promise<Resource | undefined> {
  return state.find === undefined ? state.get(pointer).catch(undefinedIfNotFound) : state.find(pointer);
}

/** The same without a promise where the state has the answer at hand. */
export function findNow(
  state: Pick<State, 'get' | 'find' | 'atOnce'>,
  pointer: Pointer,
): Eventually<Resource | undefined> {
  const { atOnce } = state;
  return atOnce === undefined ? findIn(state, pointer) : atOnce.find(pointer);
}

function undefinedIfNotFound(thrown: unknown): undefined {
  if (!(thrown instanceof NotFoundError)) throw thrown;
}
