import { describe, expect, test } from 'vitest';
import { allOf, andThen, promised, recovered } from './eventually.ts';

const failure = new Error('no');
const fail = (): never => {
  throw failure;
};

describe('a value that may come later', () => {
  test('goes on at once if it is there', () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
    expect(allOf([1, 2])).toEqual([1, 2]);
    expect(() => andThen(1, fail)).toThrow(failure);
    expect(recovered(() => 1, fail)).toBe(1);
    expect(recovered<unknown>(fail, (thrown) => thrown)).toBe(failure);
  });

  test('goes on when it is there', async () => {
    await expect(andThen(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2);
    await expect(allOf([1, Promise.resolve(2)])).resolves.toEqual([1, 2]);
    await expect(andThen(Promise.resolve(1), fail)).rejects.toBe(failure);
    await expect(
      recovered<unknown>(
        () => Promise.reject(failure),
        (thrown) => thrown,
      ),
    ).resolves.toBe(failure);
    await expect(recovered(() => Promise.reject(failure), fail)).rejects.toBe(failure);
  });

  test('is a promise for those who want one', async () => {
    await expect(promised(() => 1)).resolves.toBe(1);
    await expect(promised(() => Promise.resolve(1))).resolves.toBe(1);
    await expect(promised(fail)).rejects.toBe(failure);
  });
});
