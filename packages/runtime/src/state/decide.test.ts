import { EPOCH, timestampFromMillis, type Timestamp } from '@cosi-ts/core';
import { Member, versionOf, type MemberSpec, type NewMetadata, type Resource } from '@cosi-ts/resources';
import { describe, expect, test } from 'vitest';
import type { Command } from './command.ts';
import { decide, isRefusal } from './decide.ts';

const spec: MemberSpec = { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' };
const FIRST = versionOf(1);
const NOW = timestampFromMillis(2000);
const pointer = Member.pointer('a');
const member = (metadata: NewMetadata = {}): Resource => Member.create('a', spec, metadata);
const stored = (metadata: NewMetadata = {}): Resource => member({ version: FIRST, created: NOW, ...metadata });

/** What is stored then, or the code of the refusal. */
function outcome(command: Command, before: Resource | undefined, now: Timestamp = NOW): Resource['metadata'] | string {
  const decision = decide(command, before, FIRST, now);
  return isRefusal(decision) ? (decision as Error & { readonly code: string }).code : decision.metadata;
}

describe('defect 4: only what nobody owns can be claimed, and an owner is never dropped', () => {
  const OWNERS = ['', 'me', 'you'];
  const cases = OWNERS.flatMap((before) => OWNERS.flatMap((given) => OWNERS.map((as) => ({ before, given, as }))));

  test.each(cases)('owned by "$before", written by "$as" with the owner "$given"', ({ before, given, as }) => {
    const command = { do: 'update', resource: member({ version: FIRST, owner: given }), owner: as } as const;
    const expected = as === before ? { owner: before === '' ? given : before } : undefined;
    const result = outcome(command, stored({ owner: before }));
    if (expected === undefined) expect(result).toBe('owner-conflict');
    else expect(result).toMatchObject(expected);
  });

  test.each(OWNERS)('torn down, it stays "%s"\'s', (owner) => {
    expect(outcome({ do: 'teardown', pointer, owner }, stored({ owner }))).toMatchObject({ owner });
  });
});

test('defect 5, kept: who tears down what is tearing down already is not asked for the owner', () => {
  const leaving = stored({ owner: 'me', phase: 'tearingDown' });
  expect(decide({ do: 'teardown', pointer, owner: 'you' }, leaving, FIRST, NOW)).toBe(leaving);
  expect(outcome({ do: 'teardown', pointer, owner: 'you' }, stored({ owner: 'me' }))).toBe('owner-conflict');
});

test('defect 6, kept: what is running is destroyed as well, if nobody holds it', () => {
  const running = stored();
  expect(decide({ do: 'destroy', pointer }, running, FIRST, NOW)).toBe(running);
  expect(outcome({ do: 'destroy', pointer }, stored({ finalizers: ['f'] }))).toBe('pending-finalizers');
});

test('defect 7: what is created was updated at that moment, whatever its writer says', () => {
  for (const updated of [EPOCH, timestampFromMillis(3000)]) {
    const resource = member({ created: updated, updated });
    expect(outcome({ do: 'create', resource }, undefined)).toMatchObject({ created: NOW, updated: NOW });
  }
});

test('an update keeps the time of creation, and sets its own', () => {
  const later = timestampFromMillis(5000);
  const resource = member({ version: FIRST, created: EPOCH, updated: EPOCH });
  expect(outcome({ do: 'update', resource }, stored(), later)).toMatchObject({ created: NOW, updated: later });
});

describe('the checks of an update come in order', () => {
  const wrong = { version: versionOf(7), phase: 'tearingDown' } as const;
  const update = (metadata: NewMetadata, owner = ''): Command => ({ do: 'update', resource: member(metadata), owner });

  test.each([
    ['not-found', undefined, update(wrong, 'you')],
    ['owner-conflict', stored({ owner: 'me', phase: 'tearingDown' }), update(wrong, 'you')],
    ['version-conflict', stored({ owner: 'me', phase: 'tearingDown' }), update(wrong, 'me')],
    ['phase-conflict', stored({ owner: 'me', phase: 'tearingDown' }), update({ version: FIRST }, 'me')],
  ])('%s', (code, before, command) => {
    expect(outcome(command, before)).toBe(code);
  });

  test('the phase of the new value is not asked for: it may go back to running', () => {
    const leaving = stored({ phase: 'tearingDown' });
    const back = { do: 'update', resource: member({ version: FIRST }), expectedPhase: 'any' } as const;
    expect(outcome(back, leaving)).toMatchObject({ phase: 'running', version: 2 });
  });
});

describe('the checks of a creation and a destruction come in order', () => {
  test('an owner that the resource names and its writer does not', () => {
    const resource = member({ owner: 'me' });
    for (const owner of ['', 'you']) {
      expect(outcome({ do: 'create', resource, owner }, stored())).toBe('owner-already-set');
    }
    expect(outcome({ do: 'create', resource, owner: 'me' }, stored())).toBe('already-exists');
    expect(outcome({ do: 'create', resource, owner: 'me' }, undefined)).toMatchObject({ owner: 'me' });
  });

  test('phase, finalizers, labels and annotations are the writer’s, the version is not', () => {
    const given = { version: versionOf(9), phase: 'tearingDown', finalizers: ['f'] } as const;
    const made = outcome({ do: 'create', resource: member(given) }, undefined);
    expect(made).toMatchObject({ version: 1, phase: 'tearingDown', finalizers: ['f'] });
  });

  test('a destruction: not there, owned, held', () => {
    const held = stored({ owner: 'me', finalizers: ['f'] });
    expect(outcome({ do: 'destroy', pointer, owner: 'you' }, undefined)).toBe('not-found');
    expect(outcome({ do: 'destroy', pointer, owner: 'you' }, held)).toBe('owner-conflict');
    expect(outcome({ do: 'destroy', pointer, owner: 'me' }, held)).toBe('pending-finalizers');
  });
});
