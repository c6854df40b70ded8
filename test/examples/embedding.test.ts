import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../process.ts';
import { exampleCosi, startExample } from './example.ts';

const OTHERWISE_OFF = ['--landing-addr=', '--metrics-addr=', '--snapshots-enabled=false'];

test('a node OS finds its cluster, writes its hosts, and serves what it did', { timeout: 60_000 }, async () => {
  const directory = await temporaryDirectory();
  const service = exampleCosi('discovery', 'serve', '--addr=127.0.0.1:0', ...OTHERWISE_OFF);
  await service.until(/127\.0\.0\.1:\d+/);
  const endpoint = `http://${/127\.0\.0\.1:\d+/.exec(service.err())?.[0]}`;
  const args = ['gen', 'config', 'example', '-t', 'worker', '-o', '-', '--talos-version', 'v1.14'];
  const { out: config } = await exampleCosi(...args, '--service-endpoint', endpoint).ended;
  for (const [name, address] of [
    ['one', '10.0.0.1/24'],
    ['two', '10.0.0.2/24'],
  ]) {
    await mkdir(join(directory, name!), { mode: 0o700 });
    const machine = `machine:\n    network:\n        hostname: ${name}\n        interfaces: [{ interface: eth0, addresses: [${address}] }]`;
    await writeFile(join(directory, name!, 'config.yaml'), config.replace('machine:', machine));
  }

  const os = startExample('embedding/node-os.ts', ['one'], directory);
  const other = ['--config', join(directory, 'two/config.yaml'), '--state', join(directory, 'two'), '--leave'];
  const two = exampleCosi('run', ...other);
  await two.until(/the node runs/);
  const state = ['--state', join(directory, 'one')];
  expect(await exampleCosi('wait', 'members', 'two', ...state).ended).toMatchObject({ code: 0 });
  const written = ['--for', 'jsonpath={.spec.size}=26'];
  expect(await exampleCosi('wait', 'etcfilestatuses', 'hosts', ...state, ...written).ended).toMatchObject({ code: 0 });
  expect(await readFile(join(directory, 'one/etc/hosts'), 'utf8')).toBe('10.0.0.1 one\n10.0.0.2 two\n');
  const { out } = await exampleCosi('get', 'etcfilestatus', 'machine-id', ...state).ended;
  expect(out.split('\n')[1]).toMatch(/^10\.0\.0\.1 +files +EtcFileStatus +machine-id +1 +one\/etc\/machine-id +32$/);
  expect(await os.end()).toMatchObject({ code: 0, err: '' });
});
