import { describe, expect, test } from 'vitest';
import { linkedAbort } from './aborted.ts';

describe('a linked signal', () => {
  test('aborts with the other one, for its reason', () => {
    const other = new AbortController();
    const { signal } = linkedAbort(other.signal);
    expect(signal.aborted).toBe(false);
    other.abort(new Error('over'));
    expect(signal.reason).toEqual(new Error('over'));
  });

  test('is aborted from the beginning if the other one is', () => {
    expect(linkedAbort(AbortSignal.abort('gone')).signal.reason).toBe('gone');
  });

  test('aborts by itself, and leaves the other one alone', () => {
    const other = new AbortController();
    const own = linkedAbort(other.signal);
    own.abort('own');
    other.abort('other');
    expect(own.signal.reason).toBe('own');
    expect(linkedAbort(undefined).signal.aborted).toBe(false);
  });

  test('that was let go hears nothing more of the other one', () => {
    const other = new AbortController();
    const own = linkedAbort(other.signal);
    own[Symbol.dispose]();
    other.abort();
    expect(own.signal.aborted).toBe(false);
    own.abort();
    expect(own.signal.aborted).toBe(true);
  });
});
