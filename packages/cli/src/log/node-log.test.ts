import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { FileError, Owner, realHost, silentLogger, type FileWriter, type Files, type Logger } from '@cosi-ts/core';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { NODE_LOG, nodeLogger } from './node-log.ts';
import { RotatingFile } from './rotating-file.ts';

const host = realHost();

test('a node keeps what it says in its directory, for its owner alone, over restarts', async () => {
  const directory = await temporaryDirectory();
  const said: string[] = [];
  const log: Logger = { ...silentLogger, info: (message) => said.push(message), child: () => log };
  for (const message of ['first', 'second']) {
    await using owner = new Owner('node');
    nodeLogger({ ...host, log }, owner, directory)
      .child({ controller: 'a' })
      .info(message, { count: 1 });
  }
  const path = join(directory, NODE_LOG);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    ['first', 'second'].map((message) => ({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      controller: 'a',
      count: 1,
      message,
    })),
  );
  expect(said).toEqual(['first', 'second']);
});

test('what is secret by its name does not get in, however deep it lies', async () => {
  const directory = await temporaryDirectory();
  {
    await using owner = new Owner('node');
    const log = nodeLogger({ ...host, log: silentLogger }, owner, directory).child({ clusterSecret: 'CANARY-1' });
    log.debug('one', {
      a: { b: [{ privateKey: 'CANARY-2', id: 'kept' }] },
      Token: 'CANARY-3',
      auth: { x: 'CANARY-4' },
    });
    const cycle: Record<string, unknown> = { service_encryption_key: 'CANARY-5' };
    cycle['self'] = cycle;
    log.error('two', { cycle, error: new Error('why') });
  }
  const text = await readFile(join(directory, NODE_LOG), 'utf8');
  expect(text).not.toContain('CANARY');
  expect(text).toContain('"a":{"b":[{"privateKey":"REDACTED","id":"kept"}]},"Token":"REDACTED","auth":"REDACTED"');
});

test('a file that would become too long is put aside, in place of the one before, and no line is lost', async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, 'log');
  await writeFile(path, 'x'.repeat(95));
  await chmod(path, 0o644);
  {
    await using owner = new Owner('log');
    const file = new RotatingFile({ files: host.files, path, limit: 100, log: silentLogger }, owner);
    file.append('12345\n');
  }
  expect(await readFile(`${path}.1`, 'utf8')).toBe('x'.repeat(95));
  expect(await readFile(path, 'utf8')).toBe('12345\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await using owner = new Owner('log');
  const file = new RotatingFile({ files: host.files, path, limit: 8, log: silentLogger }, owner);
  file.append('next\n');
  await owner.close();
  file.append('too late\n');
  expect(await readFile(`${path}.1`, 'utf8')).toBe('12345\n');
  expect(await readFile(path, 'utf8')).toBe('next\n');
  expect(await readdir(directory)).toEqual(['log', 'log.1']);
});

test('a file that cannot be written is told of once, and ends nothing', async () => {
  const { told, log } = heard();
  const owner = new Owner('log');
  const file = new RotatingFile({ files: host.files, path: '/dev/null/log', limit: 100, log }, owner);
  file.append('a\n');
  await expect.poll(() => told).toEqual(['the log cannot be written']);
  file.append('b\n');
  await owner.close();
  expect(told).toEqual(['the log cannot be written']);
});

test('on a disk that is full for a while, what comes after is whole lines', async () => {
  const { told, log } = heard();
  const disk = { room: 0, text: '' };
  await using owner = new Owner('log');
  const file = new RotatingFile({ files: filesOn(disk), path: 'log', limit: 1000, log }, owner);
  const steps = [
    { line: '{"a":1}\n', room: 10 },
    { line: '{"b":2}\n', room: 4 },
    { line: '{"c":3}\n', room: 0 },
    { line: '{"d":4}\n', room: 100 },
  ];
  for (const { line, room } of steps) {
    disk.room = room;
    file.append(line);
    await setImmediate();
  }
  expect(disk.text).toBe('{"a":1}\n{"b"\n{"d":4}\n');
  expect(told).toEqual(['the log cannot be written']);
});

test('a disk that is stuck costs a bounded memory, and what was lost is told', async () => {
  const { told, log } = heard();
  const disk = { room: Infinity, text: '' };
  const stuck = Promise.withResolvers<void>();
  const files = { ...filesOn(disk), create: () => stuck.promise.then(() => writerOn(disk)) };
  await using owner = new Owner('log');
  const file = new RotatingFile({ files, path: 'log', limit: 10_000_000, log }, owner);
  const line = `${'x'.repeat(1023)}\n`;
  for (let count = 0; count < 5000; count += 1) file.append(line);
  stuck.resolve();
  await owner.close();
  expect(told).toEqual(['lines of the log are lost']);
  expect(disk.text.length).toBe(1024 * 1024 + line.length);
});

function heard(): { readonly told: string[]; readonly log: Logger } {
  const told: string[] = [];
  return { told, log: { ...silentLogger, warn: (message) => told.push(message) } };
}

interface TestDisk {
  /** Characters that still fit. */
  room: number;
  text: string;
}

function filesOn(disk: TestDisk): Files {
  return { ...host.files, create: () => Promise.resolve(writerOn(disk)) };
}

/** What fits of the bytes is written when not all of them do. */
function writerOn(disk: TestDisk): FileWriter {
  return {
    start: disk.text.length,
    write(bytes) {
      const fits = bytes.subarray(0, disk.room);
      disk.room -= fits.length;
      disk.text += new TextDecoder().decode(fits);
      const isFull = fits.length < bytes.length;
      return isFull ? Promise.reject(new FileError('ENOSPC', 'log', 'no space is left')) : Promise.resolve();
    },
    sync: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
