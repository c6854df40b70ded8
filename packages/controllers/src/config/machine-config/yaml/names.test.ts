import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { nearestName, shownName } from './names.ts';

const KEYS = ['enabled', 'endpoint', 'disabled', 'registries'];

describe('the nearest name', () => {
  test.each([
    ['endpont', 'endpoint'],
    ['endpoints', 'endpoint'],
    ['enpdoint', 'endpoint'],
    ['ENABLED', 'enabled'],
    ['enable', 'enabled'],
    ['disable', 'disabled'],
    ['registry', 'registries'],
    ['timeout', undefined],
    ['', undefined],
  ])('to %j is %j', (typed, nearest) => {
    expect(nearestName(typed, KEYS)).toBe(nearest);
  });

  test.prop([fc.constantFrom(...KEYS), fc.nat(20)])('of one with a character missing is that one', (key, at) => {
    expect(nearestName(key.slice(0, at % key.length) + key.slice((at % key.length) + 1), KEYS)).toBe(key);
  });

  test('is looked for among short names only', () => {
    expect(nearestName('endpoint'.repeat(1000), ['endpoint'.repeat(1000)])).toBeUndefined();
  });
});

describe('a name in a message', () => {
  test('is shown when it is a plain word', () => {
    expect(shownName('endpoint')).toBe('"endpoint"');
    expect(shownName('two words')).toBe('a key that is no plain word');
  });

  test('is never as long as a secret', () => {
    expect(shownName(Buffer.alloc(32).toString('base64'))).toBe('a key that is no plain word');
    expect(shownName(Buffer.alloc(32).toString('base64url'))).toBe('a key that is no plain word');
  });
});
