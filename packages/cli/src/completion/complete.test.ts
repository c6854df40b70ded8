import { join } from 'node:path';
import { Member } from '@cosi-ts/resources';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import { finish, startNode, temporaryDirectory } from '../nodes/nodes.fixture.ts';

const member = (id: string) =>
  Member.create(id, { nodeId: '', addresses: [], hostname: '', machineType: 'worker', operatingSystem: '' });

/** The words that may stand where `words` ends, without what they mean. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { exitCode, out, err } = await finish(['__complete', '--', ...words]);
  expect([exitCode, err]).toEqual([0, '']);
  return out
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/\t.*/, ''));
}

describe('without a node', () => {
  test('commands, with what they do', async () => {
    const { out } = await finish(['__complete', '--', 'des']);
    expect(out).toBe('describe\tprint all about one resource\n');
    expect(await completed('gen', '')).toEqual(['secrets', 'config', 'kubernetes-access', 'certs', 'help']);
    expect(await completed('')).not.toContain('__complete');
  });

  test('options of the command, long and short', async () => {
    expect(await completed('get', 'members', '--na')).toEqual(['--namespace']);
    expect(await completed('g', '-')).toContain('-w');
    expect(await completed('get', '--', '-')).toEqual([]);
  });

  test('values that are words', async () => {
    expect(await completed('get', '-o', 'j')).toEqual(['json', 'jsonpath=']);
    expect(await completed('get', '--output=j')).toEqual(['--output=json', '--output=jsonpath=']);
    expect(await completed('get', '-oj')).toEqual(['-ojson', '-ojsonpath=']);
    expect(await completed('inspect', 'dependencies', '--format', '')).toEqual(['dot', 'mermaid', 'tree']);
    expect(await completed('wait', 'members', 'x', '--for', 'p')).toEqual(['phase=running', 'phase=tearingDown']);
    expect(await completed('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('files are left to the shell', async () => {
    expect(await completed('validate', '--config', './')).toEqual([':files']);
    expect(await completed('get', '--state', '')).toEqual([':files']);
  });

  test('what only a node knows is not offered', async () => {
    expect(await completed('get', '--state', '/nowhere', '')).toEqual([]);
    expect(await completed('get', '--talosconfig', '/nowhere', '')).toEqual([]);
  });

  property.prop([fc.array(fc.string({ unit: 'grapheme' }))], { numRuns: 50 })('any words', async (words) => {
    await completed(...words.filter((word) => !/^-|^\w+$/.test(word)));
  });
});

test('of running nodes: types, ids, namespaces and the nodes', async () => {
  const state = await temporaryDirectory();
  const resources = [member('one'), member('other'), member('new\nline')];
  await startNode(join(state, 'node-1'), { addresses: ['10.0.0.1/8'], hostname: 'first', resources });
  await startNode(join(state, 'node-2'), { addresses: ['10.0.0.2/8'], resources: [member('only')] });
  const at = ['get', '--state', state];
  expect(await completed(...at, 'mem')).toEqual(['members', 'member']);
  expect(await completed(...at, 'members.cluster.')).toEqual(['members.cluster.talos', 'members.cluster.talos.dev']);
  expect(await completed(...at, '')).not.toContain('member');
  // Two types go by it.
  expect(await completed(...at, 'ksp')).not.toContain('ksps');
  expect(await completed(...at, 'members', 'o')).toEqual(['one', 'only', 'other']);
  expect(await completed(...at, 'members', '')).toEqual(['one', 'only', 'other']);
  expect(await completed(...at, '-n', 'node-1', 'members', 'o')).toEqual(['one', 'other']);
  expect(await completed(...at, 'members/on')).toEqual(['members/one', 'members/only']);
  expect(await completed(...at, '--namespace', 'network', 'members', 'o')).toEqual([]);
  expect(await completed(...at, '--namespace', 'cluster')).toEqual(['cluster', 'cluster-raw']);
  expect(await completed(...at, '-n', '')).toEqual(['node-1', 'first', '10.0.0.1', 'node-2', '10.0.0.2']);
  expect(await completed(...at, '--nodes=node-1,no')).toEqual(['--nodes=node-1,node-1', '--nodes=node-1,node-2']);
  expect(await completed('wait', '--state', `'${state}'`, 'members', '"on')).toEqual(['one', 'only']);
});
