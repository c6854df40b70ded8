import { writeFileAtomically } from '@cosi-ts/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../index.ts';
import { Tape } from '../tape.ts';
import { Disk, type OpenFile } from './disk.ts';

const path = fc.constantFrom('/a', '/b', '/c');
const command = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), path, bytes: fc.uint8Array({ minLength: 1, maxLength: 2_000 }) }),
  fc.record({ kind: fc.constant('create' as const), path }),
  fc.record({ kind: fc.constant('sync' as const), path }),
  fc.record({ kind: fc.constant('rename' as const), path, to: path }),
  fc.record({ kind: fc.constant('remove' as const), path }),
  fc.record({ kind: fc.constant('sync directory' as const) }),
);
const tape = fc.array(fc.nat(), { maxLength: 20 }).map((choices) => new Tape({ kind: 'choices', choices }));

/** Writes as a program does: through what it opened last under a name. */
class Writer {
  readonly disk = new Disk();
  readonly #open = new Map<string, OpenFile>();
  readonly #opened: OpenFile[] = [];

  run(step: typeof command extends fc.Arbitrary<infer C> ? C : never): void {
    if (step.kind === 'create') this.#create(step.path);
    else if (step.kind === 'write') this.#open.get(step.path)?.append(step.bytes);
    else if (step.kind === 'sync') this.#open.get(step.path)?.sync();
    else if (step.kind === 'remove') this.disk.remove(step.path);
    else if (step.kind === 'sync directory') this.disk.syncDirectory('/');
    else if (this.disk.read(step.path) !== undefined) this.disk.rename(step.path, step.to);
  }

  syncAll(): void {
    for (const file of this.#opened) file.sync();
    this.disk.syncDirectory('/');
  }

  #create(path: string): void {
    const file = this.disk.create(path, {});
    this.#opened.push(file);
    this.#open.set(path, file);
  }
}

function contents(disk: Disk): Record<string, Uint8Array | undefined> {
  return Object.fromEntries(disk.list('/').map((name) => [name, disk.read(`/${name}`)]));
}

describe('a crash', () => {
  test('loses nothing that was synced', () => {
    fc.assert(
      fc.property(fc.array(command), tape, (commands, tape) => {
        const writer = new Writer();
        for (const each of commands) writer.run(each);
        writer.syncAll();
        const before = contents(writer.disk);
        writer.disk.crash(tape, 0.5);
        expect(contents(writer.disk)).toEqual(before);
      }),
    );
  });

  test('loses all that was not, if nothing reaches the disk by itself', () => {
    fc.assert(
      fc.property(fc.array(command), fc.array(command), tape, (kept, lost, tape) => {
        const writer = new Writer();
        for (const each of kept) writer.run(each);
        writer.syncAll();
        const before = contents(writer.disk);
        for (const each of lost) if (!each.kind.startsWith('sync')) writer.run(each);
        writer.disk.crash(tape, 0);
        expect(contents(writer.disk)).toEqual(before);
      }),
    );
  });

  test('leaves of a file what was synced, and a beginning of what was written after it', () => {
    const writes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2_000 }));
    fc.assert(
      fc.property(writes, writes, tape, (synced, unsynced, tape) => {
        const disk = new Disk();
        const file = disk.create('/a', { exclusive: true });
        for (const bytes of synced) file.append(bytes);
        file.sync();
        disk.syncDirectory('/');
        for (const bytes of unsynced) file.append(bytes);
        disk.crash(tape, 0.5);
        const found = Buffer.from(disk.read('/a') ?? []);
        const written = Buffer.concat([...synced, ...unsynced]);
        expect(found.length).toBeGreaterThanOrEqual(Buffer.concat(synced).length);
        expect(found.equals(written.subarray(0, found.length))).toBe(true);
      }),
    );
  });

  test('can tear what was not synced, and forget a rename', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) {
      const disk = new Disk();
      const file = disk.create('/new', { exclusive: true });
      file.append(new Uint8Array(1_024));
      disk.rename('/new', '/old');
      disk.crash(new Tape({ kind: 'seed', seed }), 0.5);
      seen.add(`new ${disk.read('/new')?.length}, old ${disk.read('/old')?.length}`);
    }
    expect(seen).toContain('new undefined, old undefined');
    expect(seen).toContain('new 512, old undefined');
    expect(seen).toContain('new 0, old 0');
    expect(seen).toContain('new undefined, old 1024');
  });
});

test('an atomic write leaves the old content or the new one, wherever the power goes', async () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text.repeat(1_000));
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    await simulate({ seed, faults: ['tear'] }, async (sim) => {
      const node = sim.node('a');
      await writeFileAtomically(node.host.files, '/identity', bytes('old'));
      void writeFileAtomically(node.host.files, '/identity', bytes('new'));
      for (let ticks = sim.choose('when', 8); ticks > 0; ticks -= 1) await sim.tick();
      sim.crash(node);
      const found = Buffer.from((await node.host.files.read('/identity')) ?? []).toString();
      expect(['old'.repeat(1_000), 'new'.repeat(1_000)]).toContain(found);
      seen.add(found.slice(0, 3));
    });
  }
  expect(seen).toEqual(new Set(['old', 'new']));
});
