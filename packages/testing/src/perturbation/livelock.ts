import { pointerText, type Resource } from '@cosi-ts/resources';
import { StuckError } from '../simulation/driver.ts';
import type { Written } from './chronicle.ts';

/** Controllers write without end though nobody asks for anything: the message names them, and the loop. */
export class LivelockError extends StuckError {
  override readonly name = 'LivelockError';
  /** Who writes in the loop. */
  readonly controllers: readonly string[];

  constructor(writes: readonly Written[]) {
    const { loop, isExact } = loopOf(writes);
    const controllers = [...new Set(loop.map(({ actor }) => actor))].toSorted();
    const names = controllers.map((name) => `"${name}"`);
    const who =
      names.length > 1 ? `${names.join(' and ')} undo what the other does` : `${names.join('')} writes without end`;
    const how = isExact ? `a loop of ${loop.length} writes` : 'the last writes';
    super(`livelock: ${who}; ${how}:\n${loop.map((written) => `  ${describe(written)}`).join('\n')}`);
    this.controllers = controllers;
  }
}

/** What a run that did not come to rest was at; undefined if nobody wrote. */
export function livelockOf(writes: readonly Written[]): LivelockError | undefined {
  const since = writes.findLastIndex(({ actor }) => actor === '');
  const own = writes.slice(since + 1);
  return own.length < MANY ? undefined : new LivelockError(own);
}

/** Fewer writes than this may be work on its way. */
const MANY = 16;
const SHOWN = 12;

/** The shortest end of the writes that came twice in a row, or else the last of them. */
function loopOf(writes: readonly Written[]): { readonly loop: readonly Written[]; readonly isExact: boolean } {
  const tokens = writes.slice(-4 * SHOWN).map(describe);
  for (let length = 1; length <= Math.min(SHOWN, tokens.length / 2); length += 1) {
    const [once, twice] = [tokens.slice(-length), tokens.slice(-2 * length, -length)];
    if (once.join('\n') === twice.join('\n')) return { loop: writes.slice(-length), isExact: true };
  }
  return { loop: writes.slice(-4), isExact: false };
}

function describe(written: Written): string {
  return `${writerOf(written)} ${describeWrite(written)}`;
}

export function writerOf({ actor }: Written): string {
  return actor === '' ? 'a user' : actor;
}

/** `writes Volumes.test.dev(default/a) {"size":2}`. */
export function describeWrite({ how, key, value }: Written): string {
  if (value === undefined) return `${how} ${key}`;
  const { phase, finalizers } = value.metadata;
  const torn = phase === 'running' ? '' : ` ${phase}`;
  const held = finalizers.length === 0 ? '' : ` held by ${finalizers.join(', ')}`;
  return `${how} ${key}${torn}${held} ${shortened(JSON.stringify(value.spec))}`;
}

const LONGEST = 160;

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

/** `Volumes.test.dev(default/a) v2 running {"size":2}`: a resource in a line. */
export function describeResource({ metadata, spec }: Resource): string {
  const { phase, version, owner, finalizers } = metadata;
  const owned = owner === '' ? '' : ` of ${owner}`;
  const held = finalizers.length === 0 ? '' : ` held by ${[...finalizers].join(', ')}`;
  return `${pointerText(metadata)} v${version} ${phase}${owned}${held} ${shortened(JSON.stringify(spec))}`;
}
