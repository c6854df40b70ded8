import assert from 'node:assert/strict';
import { writeFileAtomically, type Files } from '@cosi-ts/core';
import { casesOf, type ConformanceCase } from './case.ts';

/** Files to try: two processes that share a disk, and a directory on it that exists and is empty. */
export interface FilesSubject {
  readonly files: Files;
  readonly neighbour: Files;
  readonly directory: string;
}

/**
 * What everything above the files seam relies on, whatever disk is below it.
 * @param withSubject makes an empty directory, runs the body, and clears it away.
 */
export function filesConformance(
  withSubject: (body: (subject: FilesSubject) => Promise<void>) => Promise<void>,
): readonly ConformanceCase[] {
  return casesOf(RULES, (rule) => withSubject(rule));
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined): string | undefined => content && new TextDecoder().decode(content);

async function write(files: Files, path: string, content: string): Promise<void> {
  const writer = await files.create(path);
  await writer.write(bytes(content));
  await writer.close();
}

const RULES: Readonly<Record<string, (subject: FilesSubject) => Promise<void>>> = {
  async 'what is written is read, by everybody'({ files, neighbour, directory }) {
    const writer = await files.create(`${directory}/a`);
    await writer.write(bytes('one '));
    await writer.write(bytes('two'));
    assert.equal(text(await neighbour.read(`${directory}/a`)), 'one two');
    await writer.sync();
    await writer.close();
    assert.equal(text(await files.read(`${directory}/a`)), 'one two');
  },

  async 'nothing is no error'({ files, directory }) {
    assert.equal(await files.read(`${directory}/a`), undefined);
    assert.equal(await files.read(`${directory}/none/a`), undefined);
    assert.deepEqual(await files.list(`${directory}/none`), []);
    await files.remove(`${directory}/a`);
    await files.remove(`${directory}/none/a`);
  },

  async 'creating empties what was there, unless it is exclusive'({ files, directory }) {
    await write(files, `${directory}/a`, 'old and long');
    await write(files, `${directory}/a`, 'new');
    assert.equal(text(await files.read(`${directory}/a`)), 'new');
    await assert.rejects(files.create(`${directory}/a`, { exclusive: true }), { code: 'EEXIST' });
    assert.equal(text(await files.read(`${directory}/a`)), 'new');
    await (await files.create(`${directory}/b`, { exclusive: true })).close();
  },

  async 'appending goes on after what was there'({ files, directory }) {
    const path = `${directory}/a`;
    const first = await files.create(path, { append: true });
    assert.equal(first.start, 0);
    await first.write(bytes('one '));
    await first.close();
    const second = await files.create(path, { append: true });
    assert.equal(second.start, 4);
    await second.write(bytes('two'));
    await second.close();
    assert.equal(text(await files.read(path)), 'one two');
    assert.equal((await files.create(path)).start, 0);
    assert.equal(text(await files.read(path)), '');
  },

  async 'a file needs its directory'({ files, directory }) {
    await assert.rejects(files.create(`${directory}/none/a`), { code: 'ENOENT', path: `${directory}/none/a` });
    await files.makeDirectory(`${directory}/some/where`);
    await files.makeDirectory(`${directory}/some/where`);
    await write(files, `${directory}/some/where/a`, '');
    assert.deepEqual(await files.list(`${directory}/some`), ['where']);
    await assert.rejects(files.makeDirectory(`${directory}/some/where/a/b`), { code: 'ENOTDIR' });
    await assert.rejects(files.makeDirectory(`${directory}/some/where/a`), { code: 'EEXIST' });
  },

  async 'a file is no directory, and a directory no file'({ files, directory }) {
    await write(files, `${directory}/a`, '');
    await files.makeDirectory(`${directory}/d`);
    await assert.rejects(files.list(`${directory}/a`), { code: 'ENOTDIR' });
    await assert.rejects(files.read(`${directory}/d`), { code: 'EISDIR' });
    await assert.rejects(files.create(`${directory}/d`), { code: 'EISDIR' });
  },

  async 'renaming replaces'({ files, directory }) {
    await write(files, `${directory}/a`, 'a');
    await write(files, `${directory}/b`, 'b');
    await files.rename(`${directory}/a`, `${directory}/b`);
    assert.equal(text(await files.read(`${directory}/b`)), 'a');
    assert.equal(await files.read(`${directory}/a`), undefined);
    await files.rename(`${directory}/b`, `${directory}/b`);
    assert.equal(text(await files.read(`${directory}/b`)), 'a');
    const missing = { code: 'ENOENT', path: `${directory}/a` };
    await assert.rejects(files.rename(`${directory}/a`, `${directory}/c`), missing);
    await assert.rejects(files.rename(`${directory}/b`, `${directory}/none/c`), { code: 'ENOENT' });
  },

  async 'a writer keeps its file when the name moves on'({ files, directory }) {
    const writer = await files.create(`${directory}/a`);
    await writer.write(bytes('1'));
    await files.rename(`${directory}/a`, `${directory}/b`);
    await writer.write(bytes('2'));
    await files.remove(`${directory}/b`);
    await writer.write(bytes('3'));
    await writer.sync();
    await writer.close();
    assert.deepEqual(await files.list(directory), []);
  },

  async 'a closed writer writes no more, and is closed once'({ files, directory }) {
    const writer = await files.create(`${directory}/a`);
    await writer.close();
    await writer.close();
    await assert.rejects(writer.write(bytes('x')), { code: 'EBADF' });
    await assert.rejects(writer.sync(), { code: 'EBADF' });
  },

  async 'names are listed in the order of their UTF-8'({ files, directory }) {
    for (const name of ['b', '\uffee', 'a', '\u{1f600}', 'B']) await write(files, `${directory}/${name}`, '');
    await files.makeDirectory(`${directory}/aa`);
    assert.deepEqual(await files.list(directory), ['B', 'a', 'aa', 'b', '\uffee', '\u{1f600}']);
  },

  async 'only an empty directory is removed'({ files, directory }) {
    await files.makeDirectory(`${directory}/d`);
    await write(files, `${directory}/d/a`, '');
    await assert.rejects(files.remove(`${directory}/d`), { code: 'ENOTEMPTY' });
    await files.remove(`${directory}/d/a`);
    await files.remove(`${directory}/d`);
    assert.deepEqual(await files.list(directory), []);
  },

  async 'an atomic write replaces and leaves nothing beside'({ files, directory }) {
    await writeFileAtomically(files, `${directory}/a`, bytes('old'));
    await writeFileAtomically(files, `${directory}/a`, bytes('new'));
    assert.equal(text(await files.read(`${directory}/a`)), 'new');
    assert.deepEqual(await files.list(directory), ['a']);
    await assert.rejects(files.syncDirectory(`${directory}/none`), { code: 'ENOENT' });
  },

  async 'a lock is held once, by anybody'({ files, neighbour, directory }) {
    const path = `${directory}/lock`;
    const lock = await files.lock(path);
    await assert.rejects(neighbour.lock(path), { code: 'ELOCKED', path });
    await assert.rejects(files.lock(path), { code: 'ELOCKED', path });
    await lock.release();
    await lock.release();
    const theirs = await neighbour.lock(path);
    await lock.release();
    await assert.rejects(files.lock(path), { code: 'ELOCKED', path });
    await theirs.release();
    await assert.rejects(files.lock(`${directory}/none/lock`), { code: 'ENOENT' });
  },

  async 'a watch tells of writing, replacing and removing'({ files, neighbour, directory }) {
    const path = `${directory}/a`;
    let told = Promise.withResolvers<void>();
    const watch = files.watch(path, () => told.resolve());
    for (const change of [
      () => write(neighbour, path, 'one'),
      () => writeFileAtomically(neighbour, path, bytes('two')),
      () => neighbour.remove(path),
    ]) {
      await change();
      await told.promise;
      told = Promise.withResolvers<void>();
    }
    watch.stop();
    assert.throws(() => files.watch(`${directory}/none/a`, () => undefined), { code: 'ENOENT' });
  },
};
