import { expect, test } from 'vitest';
import type { CommandIo, TextSink } from './io.ts';
import { run } from './program.ts';

function buffer(): TextSink & { readonly text: string } {
  const parts: string[] = [];
  return {
    isTerminal: false,
    columns: undefined,
    write: (text) => void parts.push(text),
    get text() {
      return parts.join('');
    },
  };
}

function io(): CommandIo & { readonly out: { text: string }; readonly err: { text: string } } {
  const ending = new AbortController();
  return { out: buffer(), err: buffer(), env: {}, cwd: '/', version: () => '1.2.3', stopped: () => ending.signal };
}

test('--version prints the version alone', async () => {
  const { out, err, ...rest } = io();
  expect(await run(['--version'], { out, err, ...rest })).toBe(0);
  expect([out.text, err.text]).toEqual(['1.2.3\n', '']);
});

test.each([[[]], [['--help']], [['-h']]])('%j prints the help', async (argv) => {
  const { out, err, ...rest } = io();
  expect(await run(argv, { out, err, ...rest })).toBe(0);
  expect(out.text).toContain('Usage: cosi');
  expect(err.text).toBe('');
});

test('what it does not know is refused in one line', async () => {
  const { out, err, ...rest } = io();
  expect(await run(['--nonsense'], { out, err, ...rest })).toBe(2);
  expect([out.text, err.text]).toEqual(['', "cosi: unknown option '--nonsense'\n"]);
});
