import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareUtf8 } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { cosi, start, temporaryDirectory } from './command.ts';
import { DOCUMENTED_NODES, cellsOf, layOut, withoutPrefixes } from './tables.ts';

const TIMEOUT = 60_000;

/** The members as the documentation shows them, with the versions and prefixes of what was printed. */
function expectedMembers(node: string, printed: string): string {
  const cells = cellsOf(printed);
  const prefix = /"(fd[0-9a-f:]*?):[0-9a-f]+:[0-9a-f]+:[0-9a-f]+:[0-9a-f]+"/.exec(printed)?.[1] ?? '';
  return layOut([
    ['NODE', 'NAMESPACE', 'TYPE', 'ID', 'VERSION', 'HOSTNAME', 'MACHINE TYPE', 'OS', 'ADDRESSES'],
    ...DOCUMENTED_NODES.map(([name, type, address, ula], index) => [
      node,
      'cluster',
      'Member',
      name,
      cells[index + 1]?.[4] ?? '',
      name,
      type,
      'Talos (v1.3.0)',
      `["${address}","${prefix}:${ula}"]`,
    ]),
  ]);
}

describe('cosi up', () => {
  test(
    'shows five nodes that found each other, as the documentation does',
    async () => {
      const state = await temporaryDirectory();
      const { code, out, err } = await cosi('up', '--state', state, '--once');
      expect(err).toBe('');
      expect(code).toBe(0);
      const [members = '', affiliates = ''] = out.split('\n\n').map((table) => `${table.trimEnd()}\n`);
      expect(members).toBe(expectedMembers('172.20.0.2', members));
      const rows = cellsOf(affiliates);
      expect(rows[0]).toEqual(['NODE', 'NAMESPACE', 'TYPE', 'ID', 'VERSION', 'HOSTNAME', 'MACHINE TYPE', 'ADDRESSES']);
      expect(rows.slice(1).map((row) => row[3] ?? '')).toEqual(
        rows
          .slice(1)
          .map((row) => row[3] ?? '')
          .toSorted(compareUtf8),
      );
      expect(
        rows
          .slice(1)
          .map((row) => withoutPrefixes(row.slice(5).join(' ')))
          .toSorted(compareUtf8),
      ).toEqual(DOCUMENTED_NODES.map(([name, type, address, ula]) => `${name} ${type} ["${address}","ULA:${ula}"]`));
      // It left cleanly, and what it leaves is the owner's alone.
      for (const [name] of DOCUMENTED_NODES) {
        const files = await readdir(join(state, name));
        expect(files).not.toContain('api.sock');
        expect(files.filter((file) => file.endsWith('.tmp'))).toEqual([]);
        for (const file of ['config.yaml', 'node-identity.yaml', 'kubespan-identity.yaml']) {
          expect((await stat(join(state, name, file))).mode & 0o777).toBe(0o600);
        }
        expect(await readFile(join(state, name, 'node-identity.yaml'), 'utf8')).toMatch(
          /^nodeId: [A-Za-z0-9]{43,52}\n$/,
        );
      }
    },
    TIMEOUT,
  );

  test(
    'serves each node: get, by id, in every format, several nodes, and watches',
    async () => {
      const state = await temporaryDirectory();
      const up = start('up', '--state', state, '--ttl', '5m', '--metrics-addr', '127.0.0.1:0');
      await up.until(/all 5 nodes see each other/);

      const [, address = ''] = /metrics of the nodes at (\S+)/.exec(up.out()) ?? [];
      const metrics = await (await fetch(address)).text();
      for (const [name] of DOCUMENTED_NODES) {
        const labels = `controller="cluster.MemberController",result="success",node="${name}"`;
        expect(metrics).toMatch(new RegExp(`^controller_runtime_reconcile_total\\{${labels}\\} [1-9]`, 'm'));
      }

      const members = await cosi('get', 'members', '--state', state, '-n', '172.20.0.2');
      expect(members).toMatchObject({ code: 0, err: '' });
      expect(members.out).toBe(expectedMembers('172.20.0.2', members.out));

      const everywhere = cellsOf((await cosi('get', 'member', '--state', state)).out);
      expect(everywhere).toHaveLength(26);
      expect([...new Set(everywhere.slice(1).map(([node]) => node))]).toEqual(DOCUMENTED_NODES.map(([, , ip]) => ip));

      const raw = cellsOf(
        (await cosi('get', 'affiliates', '--namespace=cluster-raw', '-n', '172.20.0.2', '--state', state)).out,
      );
      expect(raw).toHaveLength(5);
      expect(raw[1]?.[3]).toMatch(/^service\//);
      expect(
        raw
          .slice(1)
          .map((row) => row[5] ?? '')
          .toSorted(compareUtf8),
      ).toEqual(DOCUMENTED_NODES.slice(1).map(([name]) => name));

      const identity = await cosi(
        'get',
        'identities',
        '-o',
        'yaml',
        '-n',
        'talos-default-controlplane-1',
        '--state',
        state,
      );
      expect(
        identity.out.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME').replace(/nodeId: \S+/, 'nodeId: ID'),
      ).toBe(
        [
          'node: 172.20.0.2',
          'metadata:',
          '    namespace: cluster',
          '    type: Identities.cluster.talos.dev',
          '    id: local',
          '    version: 1',
          '    owner: cluster.NodeIdentityController',
          '    phase: running',
          '    created: TIME',
          '    updated: TIME',
          'spec:',
          '    nodeId: ID',
          '',
        ].join('\n'),
      );

      const one = await cosi(
        'get',
        'members',
        'talos-default-worker-1',
        '-o',
        'json',
        '-n',
        '172.20.0.3',
        '--state',
        state,
      );
      expect(JSON.parse(one.out)).toMatchObject({
        node: '172.20.0.3',
        metadata: { id: 'talos-default-worker-1', namespace: 'cluster' },
        spec: { machineType: 'worker', operatingSystem: 'Talos (v1.3.0)' },
      });

      const watch = start('get', 'members', '-w', '-n', '172.20.0.2', '--state', state);
      await watch.until((text) => (text.match(/talos-default-worker-2/g) ?? []).length >= 2);
      expect(cellsOf(watch.out())[0]?.slice(0, 3)).toEqual(['NODE', '*', 'NAMESPACE']);
      expect((await watch.end('SIGINT')).code).toBe(0);

      const refusals = [
        [['get', 'nothing'], /"nothing" is not registered/],
        [['get', 'ksps'], /ambiguous/],
        [['get', 'members', '--namespace', 'nowhere'], /namespace "nowhere"/],
        [['get', 'members', 'nobody', '-n', '172.20.0.2'], /doesn't exist/],
        [['get', 'members', '-n', '10.0.0.1'], /10\.0\.0\.1/],
      ] as const;
      for (const [args, message] of refusals) {
        const refused = await cosi(...args, '--state', state);
        expect({ args, code: refused.code }).toEqual({ args, code: 1 });
        expect(refused.err).toMatch(message);
        expect(refused.err.trimEnd().split('\n')).toHaveLength(1);
      }

      const second = await cosi('up', '--state', state);
      expect(second).toMatchObject({ code: 1 });
      expect(second.err).toMatch(/in use by another/);
      const worker = join(state, 'talos-default-worker-1');
      const intruder = await cosi('run', '--state', worker, '--config', join(worker, 'config.yaml'));
      expect(intruder.err).toMatch(/in use by another process/);
      expect(intruder.code).toBe(1);

      const ended = await up.end('SIGTERM');
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect((await cosi('get', 'members', '--state', state)).err).toMatch(/cosi up/);
    },
    TIMEOUT,
  );
});
