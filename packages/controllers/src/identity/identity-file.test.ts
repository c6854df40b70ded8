import { Bytes } from '@cosi-ts/core';
import {
  HardwareAddr,
  Identity,
  KubeSpanConfig,
  KubeSpanIdentity,
  VolumeMountRequest,
  typeRegistry,
  type HardwareAddrSpec,
  type KubeSpanConfigSpec,
} from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection } from '@cosi-ts/runtime';
import { simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { nodeIdentityController } from '../cluster/node-identity.ts';
import { kubespanIdentityController } from '../kubespan/identity.ts';
import { stateVolumeController } from '../system/state-volume.ts';
import { identityLoader } from './identity-file.ts';

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed);
const VOLUME = 'block.StateVolumeController';

describe('the identity of', () => {
  test.each(SEEDS)('a node is the one in its file, wherever its controllers crash (seed %i)', async (seed) => {
    await crashAnywhere(seed, ['cluster.NodeIdentityController', VOLUME], async ({ state, read }) => {
      const { spec } = await collection(state, Identity).get('local');
      expect(await read('node-identity.yaml')).toBe(`nodeId: ${spec.nodeId}\n`);
    });
  });

  test.each(SEEDS)('KubeSpan is the one in its file, wherever its controllers crash (seed %i)', async (seed) => {
    await crashAnywhere(seed, ['kubespan.IdentityController', VOLUME], async ({ state, read }) => {
      const { spec } = await collection(state, KubeSpanIdentity).get('local');
      expect(await read('kubespan-identity.yaml')).toContain(`privateKey: ${spec.privateKey}\n`);
    });
  });

  test('KubeSpan is found although an earlier run was about to give the volume back', async () => {
    await simulate({}, async (sim) => {
      const node = start(sim.node('node'), ['kubespan.IdentityController', VOLUME]);
      const owner = 'kubespan.IdentityController';
      const requests = collection(node.state, VolumeMountRequest);
      await requests.create(`${owner}-STATE`, { ...REQUEST, requester: owner }, { owner });
      await requests.teardown(`${owner}-STATE`, { owner });
      await node.begin();
      await sim.settle();
      expect((await collection(node.state, KubeSpanIdentity).get('local')).metadata.phase).toBe('running');
    });
  });
});

describe('an identity file', () => {
  test('is made once for all who ask at the same time, and read from then on', async () => {
    await simulate({}, async (sim) => {
      const { host } = sim.node('node');
      let made = 0;
      const load = identityLoader<string>(host.files, {
        parse: (text) => text,
        create: () => String((made += 1)),
        print: (identity) => identity,
      });
      const both = await Promise.all([load('/identity'), load('/identity')]);
      expect(both).toEqual([
        { identity: '1', created: true },
        { identity: '1', created: true },
      ]);
      expect(await load('/identity')).toEqual({ identity: '1', created: false });
    });
  });

  test('is durable before anybody sees it, also if an earlier attempt ended just before it was', async () => {
    await simulate({ faults: [] }, async (sim) => {
      const node = sim.node('node');
      const { files } = node.host;
      let fails = true;
      const syncDirectory = (path: string): Promise<void> => {
        const result = fails ? Promise.reject(new Error('EIO')) : files.syncDirectory(path);
        fails = false;
        return result;
      };
      const format = { parse: String, create: () => 'x', print: String };
      const load = identityLoader<string>({ ...files, syncDirectory }, format);
      await expect(load('/identity')).rejects.toThrow('EIO');
      expect(await load('/identity')).toEqual({ identity: 'x', created: false });
      sim.crash(node);
      expect(node.disk.read('/identity')).toBeDefined();
    });
  });

  test('that could not be read is asked for again', async () => {
    await simulate({}, async (sim) => {
      const { host } = sim.node('node');
      await host.files.makeDirectory('/identity');
      const load = identityLoader<string>(host.files, { parse: String, create: () => 'x', print: String });
      await expect(load('/identity')).rejects.toThrow('unusable');
      await host.files.remove('/identity');
      expect(await load('/identity')).toEqual({ identity: 'x', created: true });
    });
  });
});

/** Runs the controllers once for each of their steps, and crashes one of them there. */
async function crashAnywhere(
  seed: number,
  controllers: readonly string[],
  check: (node: ReturnType<typeof start>) => Promise<void>,
): Promise<void> {
  let steps = 1;
  for (let moment = 0; moment < steps; moment += 1) {
    await simulate({ seed: seed + 1000 * moment }, async (sim) => {
      const node = start(sim.node('node'), controllers);
      await node.begin();
      await pass(sim, moment);
      node.runtime.crash(controllers[sim.choose('which', controllers.length)] as string);
      await sim.settle({ within: '1m' });
      await check(node);
    }).then((result) => (steps = Math.max(steps, result.steps)));
  }
}

/** A node with some of the controllers. */
function start({ host, owner }: SimNode, names: readonly string[]) {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  const all = [stateVolumeController('/node'), nodeIdentityController(host), kubespanIdentityController(host)];
  for (const controller of all) if (names.includes(controller.name)) runtime.register(controller);
  return {
    state,
    runtime,
    async begin(): Promise<void> {
      await host.files.makeDirectory('/node');
      await collection(state, KubeSpanConfig).create('kubespan', { ...KUBESPAN });
      await collection(state, HardwareAddr).create('first', { ...HARDWARE });
      runtime.start();
    },
    read: async (file: string): Promise<string> => new TextDecoder().decode(await host.files.read(`/node/${file}`)),
  };
}

const HARDWARE: HardwareAddrSpec = { name: 'eth0', hardwareAddr: Bytes.from(Uint8Array.of(2, 0, 0, 0, 0, 1)) };

const REQUEST = {
  volumeID: 'STATE',
  readOnly: false,
  detached: true,
  disableAccessTime: false,
  secure: false,
  noExec: false,
};

const KUBESPAN: KubeSpanConfigSpec = {
  enabled: true,
  clusterId: 'cluster',
  sharedSecret: 'secret',
  forceRouting: false,
  advertiseKubernetesNetworks: false,
  mtu: 1420,
  endpointFilters: [],
  harvestExtraEndpoints: false,
  extraEndpoints: [],
  excludeAdvertisedNetworks: [],
};

async function pass(sim: Simulation, count: number): Promise<void> {
  let left = count;
  await sim.until(`${count} steps`, () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
}
