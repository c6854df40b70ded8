import { FileError, writeFileAtomically, type Host } from '@cosi-ts/core';
import { MachineConfig, typeRegistry } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection } from '@cosi-ts/runtime';
import { simulate, type Start } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { machineConfigFileController } from './machine-config-file.ts';

const PATH = '/config.yaml';

describe('the machine configuration', () => {
  test('is what the file has, or had when it was last right', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('node');
      await write(node.host, configOf('one'));
      const text = start(node);
      await sim.settle();
      expect(await text()).toBe(configOf('one'));
      await write(node.host, configOf('two'));
      await sim.settle();
      expect(await text()).toBe(configOf('two'));
      for (const broken of ['machine: [', 'machine:\n  type: nonsense\n']) {
        await write(node.host, broken);
        await sim.settle({ within: 0 });
        expect(await text()).toBe(configOf('two'));
      }
      await node.host.files.remove(PATH);
      await sim.settle({ within: 0 });
      expect(await text()).toBe(configOf('two'));
      expect(sim.log.filter(({ level }) => level === 'error')).toHaveLength(3);
      await write(node.host, configOf('three'));
      await sim.settle();
      expect(await text()).toBe(configOf('three'));
      expect((await text.resource())?.metadata.annotations.get('talos.dev/yaml-spec')).toBe('1');
    });
  });

  test('has one warning for all that is not used here', async () => {
    await simulate({}, async (sim) => {
      const node = sim.node('node');
      await write(node.host, `${configOf('one')}---\nkind: HostnameConfig\n`);
      start(node);
      await sim.settle();
      await write(node.host, `${configOf('one')}---\nkind: HostnameConfig\n`);
      await sim.settle();
      const warnings = sim.log.filter(({ level }) => level === 'warn').map(({ message }) => message);
      expect(warnings).toEqual([
        expect.stringMatching(/^\/config.yaml:\d+:\d+: not used here and ignored: .*HostnameConfig/),
      ]);
    });
  });

  test('is read although the disk fails at first', async () => {
    await simulate({}, async (sim) => {
      const { host, owner } = sim.node('node');
      await write(host, configOf('one'));
      let failures = 3;
      const read = (path: string): Promise<Uint8Array | undefined> => {
        failures -= 1;
        return failures < 0 ? host.files.read(path) : Promise.reject(new FileError('EIO', path, 'EIO'));
      };
      const text = start({ host: { ...host, files: { ...host.files, read } }, owner });
      await sim.settle();
      expect(await text()).toBe(configOf('one'));
    });
  });
});

function start({ host, owner }: Start) {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  runtime.register(machineConfigFileController(host, PATH));
  runtime.start();
  const resource = () => collection(state, MachineConfig).find('v1alpha1');
  return Object.assign(async () => (await resource())?.spec.text, { resource });
}

function write({ files }: Host, text: string): Promise<void> {
  return writeFileAtomically(files, PATH, new TextEncoder().encode(text));
}

function configOf(hostname: string): string {
  return `version: v1alpha1\nmachine:\n  type: worker\n  network:\n    hostname: ${hostname}\n`;
}
