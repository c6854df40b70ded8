import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fc, test as property } from '@fast-check/vitest';
import { afterAll, describe, expect, test } from 'vitest';
import { compareUtf8 } from '../../values/utf8.ts';
import { writeFileAtomically } from '../atomic-file.ts';
import type { Files } from '../files.ts';
import { silentLogger } from '../logger.ts';
import { realFiles } from './files.ts';

const files = realFiles(silentLogger);
const directory = mkdtempSync(join(tmpdir(), 'files-'));
const at = (name: string): string => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true }));

describe('files', () => {
  property.prop([fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 2000 })])(
    'hold what was written, in order',
    async (first, second) => {
      const writer = await files.create(at('content'));
      await writer.write(first);
      await writer.write(second);
      await writer.sync();
      await writer.close();
      await writer.close();
      expect(await files.read(at('content'))).toEqual(Uint8Array.from([...first, ...second]));
    },
  );

  test('that are not there read as undefined; what cannot be read is an error with its code', async () => {
    expect(await files.read(at('none'))).toBeUndefined();
    expect(await files.read(at('no/directory'))).toBeUndefined();
    await expect(files.read(directory)).rejects.toMatchObject({ name: 'FileError', code: 'EISDIR', path: directory });
  });

  test('are for their owner alone, even if they were not before', async () => {
    writeFileSync(at('secret'), 'old');
    chmodSync(at('secret'), 0o644);
    await (await files.create(at('secret'))).close();
    expect(statSync(at('secret')).mode & 0o777).toBe(0o600);
    await (await files.create(at('public'), { mode: 0o644 })).close();
    expect(statSync(at('public')).mode & 0o777).toBe(0o644 & ~process.umask());
  });

  test('are created exclusively, or truncated', async () => {
    writeFileSync(at('there'), 'old');
    await expect(files.create(at('there'), { exclusive: true })).rejects.toMatchObject({ code: 'EEXIST' });
    expect(readFileSync(at('there'), 'utf8')).toBe('old');
    await (await files.create(at('there'))).close();
    expect(readFileSync(at('there'), 'utf8')).toBe('');
  });

  test('are renamed and removed; so are empty directories', async () => {
    writeFileSync(at('one'), '1');
    await files.rename(at('one'), at('two'));
    expect(await files.read(at('one'))).toBeUndefined();
    await files.remove(at('two'));
    await files.remove(at('two'));
    expect(await files.read(at('two'))).toBeUndefined();
    await files.makeDirectory(at('a/b'));
    await files.makeDirectory(at('a/b'));
    expect(statSync(at('a/b')).mode & 0o777).toBe(0o700);
    await expect(files.remove(at('a'))).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    await files.remove(at('a/b'));
    expect(await files.list(at('a'))).toEqual([]);
    await expect(files.rename(at('none'), at('other'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('are listed in the order of their bytes', async () => {
    const names = ['b', 'a', 'Z', '\u{1f600}', '\uff00', 'ü'];
    mkdirSync(at('names'));
    for (const name of names) writeFileSync(at(`names/${name}`), '');
    expect(await files.list(at('names'))).toEqual(names.toSorted(compareUtf8));
    expect(await files.list(at('nowhere'))).toEqual([]);
    await files.syncDirectory(at('names'));
    await expect(files.syncDirectory(at('nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('an atomic write', () => {
  test('replaces the content and leaves nothing else', async () => {
    mkdirSync(at('atomic'));
    for (const content of ['first', 'second']) {
      await writeFileAtomically(files, at('atomic/file'), Buffer.from(content));
      expect(readFileSync(at('atomic/file'), 'utf8')).toBe(content);
    }
    expect(await files.list(at('atomic'))).toEqual(['file']);
    expect(statSync(at('atomic/file')).mode & 0o777).toBe(0o600);
  });

  test('syncs the content before it takes the name, and the name after that', async () => {
    const steps: string[] = [];
    await writeFileAtomically(noting(steps), at('file'), Buffer.from('x'));
    expect(steps).toEqual(['create', 'write', 'sync', 'close', 'rename', 'syncDirectory']);
  });

  test('that fails leaves the old content', async () => {
    mkdirSync(at('failing'));
    writeFileSync(at('failing/file'), 'old');
    const steps: string[] = [];
    const full = {
      ...noting(steps),
      create: (path: string) => files.create(path).then((writer) => ({ ...writer, sync: noSpace })),
    };
    await expect(writeFileAtomically(full, at('failing/file'), Buffer.from('new'))).rejects.toThrow('no space');
    expect(readFileSync(at('failing/file'), 'utf8')).toBe('old');
    expect(await files.list(at('failing'))).toEqual(['file']);
  });
});

describe('a lock', () => {
  test('is refused to a second taker in the process, who is told by whom', async () => {
    const lock = await files.lock(at('lock'));
    const refused = {
      name: 'FileError',
      code: 'ELOCKED',
      message: `${at('lock')} is locked by process ${process.pid}`,
    };
    await expect(files.lock(at('lock'))).rejects.toMatchObject(refused);
    // A refusal must not open it for others either: closing a file gives up all of a process's locks on it.
    await expect(files.lock(at('lock'))).rejects.toMatchObject(refused);
    await expect(lockIn(at('lock'))).rejects.toThrow('ELOCKED');
    await lock.release();
    await lock.release();
    await (await files.lock(at('lock'))).release();
  });

  test('is held even if nobody keeps it', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    await files.lock(at('kept'));
    await turn();
    collectGarbage();
    await turn();
    await expect(files.lock(at('kept'))).rejects.toMatchObject({ code: 'ELOCKED' });
  });

  test('under another name of the same file is the same', async () => {
    const lock = await files.lock(at('lock'));
    symlinkSync(at('lock'), at('alias'));
    await expect(files.lock(at('alias'))).rejects.toMatchObject({ code: 'ELOCKED' });
    await lock.release();
  });

  test('of another process is refused, and ends with it, however it ends', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const child = await lockIn(at('shared'));
      await expect(files.lock(at('shared'))).rejects.toMatchObject({
        code: 'ELOCKED',
        message: `${at('shared')} is locked by process ${child.pid}`,
      });
      await kill(child, signal);
      await (await files.lock(at('shared'))).release();
    }
  });

  test('of a process that died is had by one alone', async () => {
    await kill(await lockIn(at('race')), 'SIGKILL');
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => files.lock(at('race'))));
    const held = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(held).toHaveLength(1);
    for (const outcome of held) if (outcome.status === 'fulfilled') await outcome.value.release();
  });

  test('needs a directory that it may write to, and a file that is no other', async () => {
    await expect(files.lock(at('nowhere/lock'))).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(at('text'), 'this is no database, and nobody may take it for one');
    await expect(files.lock(at('text'))).rejects.toMatchObject({ code: 'EIO' });
    expect(readFileSync(at('text'), 'utf8')).toContain('no database');
  });
});

describe('a watch', () => {
  const watching = (path: string): { changed(): Promise<void>; stop(): void } => {
    let changed = Promise.withResolvers<void>();
    const watch = files.watch(path, () => {
      changed.resolve();
      changed = Promise.withResolvers<void>();
    });
    return { changed: () => changed.promise, stop: () => watch.stop() };
  };

  test('tells of a file that appears, is written, replaced and removed', async () => {
    mkdirSync(at('watched'));
    const path = at('watched/file');
    const watch = watching(path);
    const steps: (() => void | Promise<void>)[] = [
      () => writeFileSync(path, 'one'),
      () => writeFileSync(path, 'two'),
      () => writeFileAtomically(files, path, Buffer.from('three')),
      () => rmSync(path),
      () => writeFileSync(path, 'four'),
    ];
    for (const step of steps) {
      const changed = watch.changed();
      await step();
      await changed;
    }
    watch.stop();
    watch.stop();
  });

  test('tells of a link that is switched on the way', async () => {
    mkdirSync(at('linked'));
    for (const name of ['old', 'new']) {
      mkdirSync(at(`linked/${name}`));
      writeFileSync(at(`linked/${name}/file`), name);
    }
    symlinkSync('old', at('linked/data'));
    symlinkSync('data/file', at('linked/file'));
    const watch = watching(at('linked/file'));
    const changed = watch.changed();
    symlinkSync('new', at('linked/data.tmp'));
    await files.rename(at('linked/data.tmp'), at('linked/data'));
    await changed;
    expect(readFileSync(at('linked/file'), 'utf8')).toBe('new');
    watch.stop();
  });

  test('does not tell of its neighbours', async () => {
    mkdirSync(at('street'));
    writeFileSync(at('street/mine'), '');
    const told: string[] = [];
    const mine = files.watch(at('street/mine'), () => told.push('mine'));
    const theirs = watching(at('street/theirs'));
    const changed = theirs.changed();
    writeFileSync(at('street/theirs'), '');
    await changed;
    mine.stop();
    theirs.stop();
    expect(told).toEqual([]);
  });

  test('needs a directory', () => {
    expect(() => files.watch(at('nowhere/file'), () => undefined)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});

/** A child process that holds the lock; rejects with what it said if it did not get it. */
async function lockIn(path: string): Promise<ChildProcess> {
  const module = fileURLToPath(new URL('file-lock.ts', import.meta.url));
  const program = `
    import { lockFile } from ${JSON.stringify(module)};
    try {
      await lockFile(${JSON.stringify(path)});
      console.log('locked');
      setInterval(() => undefined, 1e6);
    } catch (thrown) {
      console.log(thrown.code);
    }
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data).trim())),
  );
  if (said !== 'locked') throw new Error(said);
  return child;
}

async function kill(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** Files that note what is done. */
function noting(steps: string[]): Files {
  return {
    ...files,
    async create(path, options) {
      steps.push('create');
      const writer = await files.create(path, options);
      return {
        start: writer.start,
        write: (bytes) => (steps.push('write'), writer.write(bytes)),
        sync: () => (steps.push('sync'), writer.sync()),
        close: () => (steps.push('close'), writer.close()),
      };
    },
    rename: (from, to) => (steps.push('rename'), files.rename(from, to)),
    syncDirectory: (path) => (steps.push('syncDirectory'), files.syncDirectory(path)),
  };
}

function noSpace(): Promise<void> {
  return Promise.reject(new Error('no space'));
}
