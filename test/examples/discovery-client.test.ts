import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../process.ts';
import { exampleCosi, startExample } from './example.ts';

const OTHERWISE_OFF = ['--landing-addr=', '--metrics-addr=', '--snapshots-enabled=false'];

test('programs of twenty lines see each other come and go', { timeout: 60_000 }, async () => {
  const directory = await temporaryDirectory();
  const service = exampleCosi('discovery', 'serve', '--addr=127.0.0.1:0', ...OTHERWISE_OFF);
  await service.until(/127\.0\.0\.1:\d+/);
  const endpoint = /127\.0\.0\.1:\d+/.exec(service.err())?.[0] ?? '';
  const secret = randomBytes(32).toString('base64');
  const start = (name: string, its = secret) =>
    startExample('discovery-client/client.ts', [endpoint, 'a cluster', its, name], directory);
  const [one, two, stranger] = [start('one'), start('two'), start('three', randomBytes(32).toString('base64'))];
  await Promise.all([one.until(/two is there: two, 1 endpoints/), two.until(/one is there: one, 1 endpoints/)]);
  expect(await two.end()).toMatchObject({ code: 0, err: '' });
  await one.until(/two is gone/);
  expect(await one.end()).toMatchObject({ code: 0, err: '' });
  expect(await stranger.end()).toMatchObject({ code: 0, out: '' });
});
