import { expect, test } from 'vitest';
import { Owner } from '../owner/owner.ts';
import { EPOCH } from '../time/timestamp.ts';
import { Changelog } from './changelog.ts';
import { follow } from './follow.ts';

const clock = { now: () => EPOCH, millis: () => 0, monotonic: () => 0 };

test('follows from the beginning to the end of its owner', async () => {
  const log = new Changelog<number>(clock);
  const table = log.table('t');
  const write = (key: string, after: number): void => void log.commit([{ table, key, after }]);
  const seen: string[] = [];
  write('a', 1);
  const owner = new Owner('test');
  follow(owner, table.changes(), ({ changed }) => {
    for (const { key, value } of changed) seen.push(`${key}=${value}`);
    // What is written meanwhile is not lost.
    if (seen.length === 1) write('b', 2);
  });
  write('a', 3);
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual(['a=1', 'b=2', 'a=3']);
  await owner.close();
  write('a', 4);
  await Promise.resolve();
  expect(seen).toHaveLength(3);
  expect(table.followers).toBe(0);
});

test('a dropped owner hears nothing any more', async () => {
  const log = new Changelog<number>(clock);
  const table = log.table('t');
  const owner = new Owner('test');
  let heard = 0;
  follow(owner, table.changes(), () => (heard += 1));
  owner.drop();
  log.commit([{ table, key: 'a', after: 1 }]);
  await Promise.resolve();
  expect(heard).toBe(0);
  expect(table.followers).toBe(0);
});
