import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Member } from '@cosi-ts/resources';
import { beforeEach, describe, expect, test } from 'vitest';
import { startNode, temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { SCRIPTS } from './scripts.ts';

const COSI = new URL('../../bin/cosi.js', import.meta.url).pathname;

/** Ids that a shell must not take for more than a text. */
const EVIL = ['$(touch evil)', '`touch evil`', '; touch evil', 'a:b=c', '*'];

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  await writeFile(join(directory, 'cosi'), `#!/bin/sh\nexec '${process.execPath}' '${COSI}' "$@"\n`, { mode: 0o755 });
  await writeFile(join(directory, 'cosi.bash'), SCRIPTS.bash);
  const resources = [...EVIL, 'worker-1', 'worker-2'].map((id) =>
    Member.create(id, { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' }),
  );
  await startNode(join(directory, '.cosi/node-1'), { resources });
});

async function runShell(shell: string, ...args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}`, COSI_STATE: '.cosi' };
  const child = spawn(shell, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  await once(child, 'close');
  return said;
}

/** What bash makes of a press of the tab key at the end of a line that it has taken apart as it does. */
async function inBash(line: string, words: readonly string[]): Promise<readonly string[]> {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const script = `. ./cosi.bash; . ./cosi.bash
    COMP_LINE=${quoted(line)} COMP_POINT=${line.length} COMP_WORDS=(${words.map(quoted).join(' ')})
    COMP_CWORD=${words.length - 1}
    _cosi cosi; printf '<%s>\\n' "\${COMPREPLY[@]}"`;
  return (await runShell('bash', '--norc', '-c', script)).split('\n').slice(0, -1);
}

describe('bash', () => {
  test('commands and ids', async () => {
    expect(await inBash('cosi des', ['cosi', 'des'])).toEqual(['<describe>']);
    const found = await inBash('cosi get  members work', ['cosi', 'get', 'members', 'work']);
    expect(found).toEqual(['<worker-1>', '<worker-2>']);
  });

  test('what it takes apart at = and : is put together', async () => {
    const output = ['cosi', 'get', '--output', '='];
    expect(await inBash('cosi get --output=', output)).toContain('<yaml>');
    expect(await inBash('cosi get --output=y', [...output, 'y'])).toEqual(['<yaml>']);
    expect(await inBash('cosi get members a:b', ['cosi', 'get', 'members', 'a', ':', 'b'])).toEqual(['<b=c>']);
  });

  test('no id is run, nor what is on the line', async () => {
    const found = await inBash('cosi get members ', ['cosi', 'get', 'members', '']);
    expect(found).toContain(String.raw`<\$\(touch\ evil\)>`);
    expect(found).toHaveLength(EVIL.length + 2);
    await inBash('cosi get $(touch evil) ', ['cosi', 'get', '$(touch evil)', '']);
    await expect(access(join(directory, 'evil'))).rejects.toThrow('ENOENT');
  });
});

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

test.skipIf(!has('fish'))('fish', async () => {
  const complete = (line: string) =>
    runShell('fish', '--no-config', '-c', `cosi completion fish | source; complete -C '${line}'`);
  expect(await complete('cosi des')).toBe('describe\tprint all about one resource\n');
  expect(await complete('cosi get members work')).toBe('worker-1\nworker-2\n');
  expect(await complete('cosi get --output=y')).toBe('--output=yaml\n');
});

test.skipIf(!has('zsh'))('zsh takes its script', async () => {
  await writeFile(join(directory, '_cosi'), SCRIPTS.zsh);
  expect(
    await runShell('zsh', '-f', '-c', 'autoload -U compinit; compinit -D -u; source ./_cosi; print $_comps[cosi]'),
  ).toBe('_cosi\n');
});
