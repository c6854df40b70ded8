import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import type { CommandIo, TextSink } from './io.ts';
import { createProgram, run } from './program.ts';

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

test.each([
  [['--nonsense'], `unknown option '--nonsense': "cosi --help" tells how it is used`],
  [['gett'], `unknown command 'gett' (Did you mean get?)`],
  [['gen', 'confg'], `unknown command 'confg' (Did you mean config?)`],
  [['get'], `missing required argument 'type': "cosi get --help" tells how it is used`],
  [
    ['wait', 'x', 'y', '--timeout', 'z'],
    `option '--timeout <duration>' argument 'z' is invalid. Give a duration like 30s, 5m or 1h30m`,
  ],
])('%j is refused in one line, with the cure', async (argv, message) => {
  const { out, err, ...rest } = io();
  expect(await run(argv, { out, err, ...rest })).toBe(2);
  expect([out.text, err.text]).toEqual(['', `cosi: ${message}\n`]);
});

describe('the help', () => {
  const commands = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commands)];
  const leaves = commands(createProgram(io())).filter(
    (one) => one.commands.length === 0 && !['help', '__complete'].includes(one.name()),
  );

  async function helpOf(command: Command): Promise<string> {
    const { out, err, ...rest } = io();
    const names: string[] = [];
    for (let at = command; at.parent !== null; at = at.parent) names.unshift(at.name());
    expect(await run([...names, '--help'], { out, err, ...rest })).toBe(0);
    return out.text;
  }

  test.each(leaves.map((leaf) => [leaf.name(), leaf] as const))(
    'of %s has examples, and each of them parses',
    async (_, leaf) => {
      const text = await helpOf(leaf);
      expect(text).toMatch(/\nExamples:\n {2}\S/);
      const examples = text.split('\n').flatMap((line) => /^ {2}(?:eval "\$\()?cosi ([^|)>]*)/.exec(line)?.[1] ?? []);
      for (const example of examples) await parsed(example.split(/ {2,}/)[0]?.trim().split(' ') ?? []);
    },
  );

  test('of a group lists what is in it', async () => {
    const { out, err, ...rest } = io();
    expect(await run(['gen'], { out, err, ...rest })).toBe(2);
    expect(err.text).toContain('make a secrets bundle');
  });

  /** Runs nothing. */
  async function parsed(argv: readonly string[]): Promise<void> {
    const program = createProgram(io());
    for (const command of commands(program)) command.action(() => undefined);
    await program.parseAsync(argv.map(unquoted), { from: 'user' });
  }

  const unquoted = (word: string): string => word.replaceAll("'", '');
});
