import type { Metadata, Resource } from '@cosi-ts/resources';
import { contentDigest } from './digest.ts';
import type { Call, Outcome } from './history.ts';

/**
 * One resource name as far as its history goes, by the rules of the state and nothing else. `seen` is the highest
 * version that it ever had for certain: none is given twice.
 */
export interface KeyState {
  readonly seen: number;
  readonly stored: Stored | undefined;
}

export interface Stored {
  /** Undefined while nobody was told. */
  readonly version: number | undefined;
  readonly owner: string;
  readonly phase: Metadata['phase'];
  readonly isHeld: boolean;
  readonly content: string;
}

export const NEVER_STORED: KeyState = { seen: 0, stored: undefined };

/** A text that is equal for equal states. */
export function stateKey({ seen, stored }: KeyState): string {
  if (stored === undefined) return `${seen}`;
  return `${seen} ${stored.version} ${stored.owner.length} ${stored.owner} ${stored.phase} ${stored.content}`;
}

/**
 * The state after a command that ended like this; undefined if it cannot end like this here. An outcome that is
 * unknown, or none, may be taken for whatever the rules say.
 */
export function follow(state: KeyState, command: Call, outcome: Outcome | undefined): KeyState | undefined {
  const { after, refusal } = decide(state, command, outcome);
  if (outcome === undefined || outcome.kind === 'unknown') return after;
  if (outcome.kind === 'refused') return allows(state, command, refusal, outcome.code) ? state : undefined;
  return refusal === undefined ? after : undefined;
}

interface Decision {
  /** The state that follows, if the outcome fits. */
  readonly after: KeyState | undefined;
  /** The rule that forbids it. */
  readonly refusal?: string | undefined;
}

function decide(state: KeyState, command: Call, outcome: Outcome | undefined): Decision {
  const { stored } = state;
  const told = outcome?.kind === 'done' ? outcome.value : undefined;
  const owner = ('owner' in command ? command.owner : undefined) ?? '';
  switch (command.do) {
    case 'list':
    case 'transact':
      return { after: state };
    case 'get':
      if (stored === undefined) return { after: state, refusal: 'not-found' };
      return { after: confirmed(state, told) };
    case 'create': {
      const { metadata } = command.resource;
      if (metadata.owner !== '' && metadata.owner !== command.owner)
        return { after: state, refusal: 'owner-already-set' };
      if (stored !== undefined) return { after: state, refusal: 'already-exists' };
      const made = newlyStored(command.resource, undefined, owner);
      return { after: written(state, made, told) };
    }
    case 'update': {
      if (stored === undefined) return { after: state, refusal: 'not-found' };
      const { metadata } = command.resource;
      if (stored.owner !== owner) return { after: state, refusal: 'owner-conflict' };
      if (!mayBe(state, stored, metadata.version)) return { after: state, refusal: 'version-conflict' };
      const { expectedPhase = 'running' } = command;
      if (expectedPhase !== 'any' && stored.phase !== expectedPhase) {
        return { after: state, refusal: 'phase-conflict' };
      }
      const newOwner = stored.owner === '' ? metadata.owner : stored.owner;
      const made = newlyStored(command.resource, metadata.version + 1, newOwner);
      return { after: written(state, made, told) };
    }
    case 'teardown': {
      if (stored === undefined) return { after: state, refusal: 'not-found' };
      const version = stored.version === undefined ? undefined : stored.version + 1;
      const leaving: KeyState = {
        seen: version ?? state.seen + 1,
        stored: { ...stored, phase: 'tearingDown', version },
      };
      const after = stored.phase === 'tearingDown' ? state : leaving;
      if (stored.phase === 'running' && stored.owner !== owner) return { after: state, refusal: 'owner-conflict' };
      if (typeof told === 'boolean') return { after: told === stored.isHeld ? undefined : after };
      return { after: confirmed(after, told) };
    }
    case 'destroy': {
      if (stored === undefined) return { after: state, refusal: 'not-found' };
      if (stored.owner !== owner) return { after: state, refusal: 'owner-conflict' };
      if (stored.isHeld) return { after: state, refusal: 'pending-finalizers' };
      const last = confirmed(state, told);
      return { after: last && { seen: last.stored?.version ?? last.seen, stored: undefined } };
    }
  }
}

/** A state of which somebody was told what is stored, if they were. */
function confirmed(state: KeyState, told: unknown): KeyState | undefined {
  const { stored } = state;
  return told === undefined || stored === undefined ? state : read(state, stored, told as Resource);
}

/** Whether a refusal is the one of the rules; a version that nobody was told may be another than the caller's. */
function allows(state: KeyState, command: Call, refusal: string | undefined, code: string): boolean {
  if (code === refusal || IS_ABOUT_THE_CALL.has(code)) return true;
  if (command.do !== 'update' || state.stored?.version !== undefined) return false;
  return code === 'version-conflict' && (refusal === undefined || refusal === 'phase-conflict');
}

/** Refusals that say nothing about what is stored. */
const IS_ABOUT_THE_CALL: ReadonlySet<string> = new Set([
  'invalid-resource',
  'invalid-query',
  'access-denied',
  'unsupported',
]);

function newlyStored(given: Resource, version: number | undefined, owner: string): Stored {
  const { phase, finalizers } = given.metadata;
  return { version, owner, phase, isHeld: finalizers.length > 0, content: contentOf(given) };
}

function written(state: KeyState, made: Stored, told: unknown): KeyState | undefined {
  return confirmed({ seen: made.version ?? state.seen + 1, stored: made }, told);
}

/** What is known after somebody was told what is stored; undefined if that is not it. */
function read(state: KeyState, stored: Stored, told: Resource): KeyState | undefined {
  const { version, owner, phase } = told.metadata;
  if (!mayBe(state, stored, version) || owner !== stored.owner || phase !== stored.phase) return undefined;
  if (contentOf(told) !== stored.content) return undefined;
  return stored.version === version ? state : { seen: version, stored: { ...stored, version } };
}

/** While the version is not known, it is any that was not used before. */
function mayBe(state: KeyState, stored: Stored, version: number): boolean {
  return stored.version === undefined ? version >= state.seen : stored.version === version;
}

const contents = new WeakMap<Resource, string>();

function contentOf(resource: Resource): string {
  let content = contents.get(resource);
  if (content === undefined) {
    content = contentDigest(resource);
    contents.set(resource, content);
  }
  return content;
}
