import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cosi, start, temporaryDirectory, type Running } from './command.ts';
import { cellsOf } from './tables.ts';

const TIMEOUT = 90_000;

const CP1 = 'talos-default-controlplane-1';
const CP2 = 'talos-default-controlplane-2';
const W1 = 'talos-default-worker-1';

/** A cluster of three whose `up` has ended: its directory, and where its service was. */
async function cluster(): Promise<{ state: string; service: string }> {
  const state = await temporaryDirectory();
  expect(await cosi('up', '--state', state, '--once', '--nodes', '3', '--workers', '1')).toMatchObject({ code: 0 });
  return { state, service: (await readFile(join(state, 'discovery-service'), 'utf8')).trim() };
}

/** Nothing but the service itself: no pages, no file. */
const QUIET = ['--landing-addr=', '--metrics-addr=', '--snapshots-enabled=false'];

function serve(service: string): Running {
  return start('discovery', 'serve', `--addr=${service}`, '--gc-interval=100ms', ...QUIET);
}

/** A node that runs, or tries to. */
function launch(state: string, name: string, ...more: readonly string[]): Running {
  const directory = join(state, name);
  const flags = ['--ttl', '3s', '--kubespan-device', 'none'];
  return start('run', '--config', join(directory, 'config.yaml'), '--state', directory, ...flags, ...more);
}

/** A node that serves its API. */
async function run(state: string, name: string, ...more: readonly string[]): Promise<Running> {
  const node = launch(state, name, ...more);
  await node.until(/the node runs/);
  return node;
}

/** Waits until the members that a node sees are these. */
async function untilMembers(state: string, name: string, expected: readonly string[]): Promise<void> {
  const watch = start('get', 'members', '-w', '--state', join(state, name));
  await watch.until((out) => {
    const members = new Set<string>();
    // Later events are aligned alone, as talosctl does it.
    for (const [, event, id = ''] of out.matchAll(/^\S+ {3}([+ -]) +\S+ +Member +(\S+)/gm)) {
      if (event === '-') members.delete(id);
      else members.add(id);
    }
    return members.size === expected.length && expected.every((id) => members.has(id));
  });
  await watch.end('SIGINT');
}

async function identityOf(state: string, name: string): Promise<string> {
  return readFile(join(state, name, 'node-identity.yaml'), 'utf8');
}

describe('nodes run one by one', () => {
  test(
    'find each other; one that restarts is the same; one that leaves goes at once, one that dies when its TTL ends',
    async () => {
      const { state, service } = await cluster();
      const discovery = serve(service);
      const first = await run(state, CP1, '--metrics-addr', '127.0.0.1:0', '--watchdog');
      const second = await run(state, CP2);
      const third = await run(state, W1);
      await untilMembers(state, CP1, [CP1, CP2, W1]);

      const [, address = ''] = /metrics are served address=(\S+)/.exec(first.err()) ?? [];
      const metrics = await (await fetch(`http://${address}/metrics`)).text();
      expect(metrics).toMatch(
        /^controller_runtime_reconcile_total\{controller="cluster\.MemberController",result="success"\} [1-9]/m,
      );

      // A reboot keeps the affiliate, and the identity.
      const identity = await identityOf(state, CP2);
      expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
      const again = await run(state, CP2);
      await untilMembers(state, CP2, [CP1, CP2, W1]);
      expect(await identityOf(state, CP2)).toBe(identity);
      await untilMembers(state, CP1, [CP1, CP2, W1]);

      // A crash leaves no lock and no socket in the way; what it published goes with its TTL.
      third.child.kill('SIGKILL');
      await third.ended;
      await untilMembers(state, CP1, [CP1, CP2]);
      const back = await run(state, W1, '--leave');
      await untilMembers(state, CP1, [CP1, CP2, W1]);
      expect(await back.end('SIGTERM')).toMatchObject({ code: 0 });
      await untilMembers(state, CP1, [CP1, CP2]);

      expect(await again.end('SIGTERM')).toMatchObject({ code: 0 });
      expect(await first.end('SIGTERM')).toMatchObject({ code: 0 });
      expect(await discovery.end('SIGTERM')).toMatchObject({ code: 0 });
    },
    TIMEOUT,
  );

  test(
    'one whose registry is switched off has no members, and the others lose it',
    async () => {
      const { state, service } = await cluster();
      serve(service);
      await run(state, CP1);
      const second = await run(state, CP2);
      await untilMembers(state, CP1, [CP1, CP2]);
      await second.end('SIGTERM');
      const config = join(state, CP2, 'config.yaml');
      const text = await readFile(config, 'utf8');
      await writeFile(config, text.replace('disabled: false', 'disabled: true'));
      await run(state, CP2);
      await untilMembers(state, CP1, [CP1]);
      const members = await cosi('get', 'members', '--state', join(state, CP2));
      expect(cellsOf(members.out)).toHaveLength(1);
    },
    TIMEOUT,
  );
});

describe('what may be wrong', () => {
  test(
    'a damaged identity is refused, kept, and told',
    async () => {
      const { state } = await cluster();
      const file = join(state, CP1, 'node-identity.yaml');
      const whole = await readFile(file, 'utf8');
      await writeFile(file, whole.slice(0, 20));
      const node = await run(state, CP1);
      await node.until(/identity file .*node-identity\.yaml is unusable/);
      await node.end();
      expect(await readFile(file, 'utf8')).toBe(whole.slice(0, 20));
    },
    TIMEOUT,
  );

  test(
    'a secret that is none is one line, without the secret',
    async () => {
      const { state } = await cluster();
      const file = join(state, CP1, 'config.yaml');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/^( +secret: ).*/m, '$1c2hvcnQtc2VjcmV0LW9mLW1pbmU='));
      const ended = await launch(state, CP1).ended;
      expect(ended.code).toBe(1);
      expect(ended.err).toMatch(/config\.yaml:\d+:\d+: .*32 bytes/);
      expect(ended.err).not.toContain('c2hvcnQ');
    },
    TIMEOUT,
  );

  test(
    'an unreachable service is retried in sight of the operator, and found when it is there',
    async () => {
      const { state, service } = await cluster();
      const first = await run(state, CP1);
      await first.until(/discovery service.*(lost|unreachable|failed)/i);
      await run(state, CP2);
      serve(service);
      await untilMembers(state, CP1, [CP1, CP2]);
    },
    TIMEOUT,
  );

  test(
    'a port that is taken: another is chosen, and only that line of the configuration changes',
    async () => {
      const { state, service } = await cluster();
      const config = join(state, CP1, 'config.yaml');
      const before = await readFile(config, 'utf8');
      const port = Number(service.split(':')[1]);
      const squatter = createServer();
      await new Promise<void>((listening) => squatter.listen(port, '127.0.0.1', listening));
      onTestFinished(() => void squatter.close());
      expect(await cosi('up', '--state', state, '--once')).toMatchObject({ code: 0 });
      const chosen = (await readFile(join(state, 'discovery-service'), 'utf8')).trim();
      expect(chosen).not.toBe(service);
      expect(await readFile(config, 'utf8')).toBe(before.replace(service, chosen));
      const taken = await serve(service).ended;
      expect(taken.code).toBe(1);
      expect(taken.err.trimEnd().split('\n')).toHaveLength(1);
    },
    TIMEOUT,
  );

  test(
    'the size of a cluster: more are added, fewer want --reset, which renews identities and keeps secrets',
    async () => {
      const { state } = await cluster();
      const identity = await identityOf(state, CP1);
      const secrets = await readFile(join(state, 'secrets.yaml'), 'utf8');
      const fewer = await cosi('up', '--state', state, '--once', '--nodes', '2');
      expect(fewer.code).toBe(1);
      expect(fewer.err).toMatch(/--reset/);
      expect(await cosi('up', '--state', state, '--once', '--nodes', '6', '--workers', '2')).toMatchObject({ code: 0 });
      expect(await identityOf(state, CP1)).toBe(identity);
      expect(await readFile(join(state, 'talos-default-controlplane-4', 'config.yaml'), 'utf8')).toContain(
        '172.20.0.7/24',
      );
      const reset = await cosi('up', '--state', state, '--once', '--nodes', '2', '--workers', '1', '--reset');
      expect(reset).toMatchObject({ code: 0 });
      expect(await identityOf(state, CP1)).not.toBe(identity);
      expect(await readFile(join(state, 'secrets.yaml'), 'utf8')).toBe(secrets);
      expect(cellsOf(reset.out.split('\n\n')[0] ?? '')).toHaveLength(3);
    },
    TIMEOUT,
  );

  test(
    'a state directory deeper than the system lets a socket lie works all the same',
    async () => {
      const state = join(await temporaryDirectory(), 'd'.repeat(120));
      const up = start('up', '--state', state, '--nodes', '2', '--workers', '1');
      await up.until(/all 2 nodes see each other/);
      expect(cellsOf((await cosi('get', 'members', '--state', state, '-n', CP1)).out)).toHaveLength(3);
      expect(await up.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
    },
    TIMEOUT,
  );
});
