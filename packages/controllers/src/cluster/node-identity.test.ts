import {
  EtcFileSpec,
  Identity,
  VolumeMountRequest,
  VolumeMountStatus,
  type VolumeMountStatusSpec,
} from '@cosi-ts/resources';
import { writeFileAtomically } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { runControllers, type Machine } from '../controllers.fixture.ts';
import { nodeIdentityController } from './node-identity.ts';

const MOUNT = 'cluster.NodeIdentityController-STATE';
const FILE = '/state/node-identity.yaml';

const mounted: VolumeMountStatusSpec = {
  volumeID: 'STATE',
  requester: 'cluster.NodeIdentityController',
  target: '/state',
  readOnly: false,
  detached: true,
  disableAccessTime: false,
  secure: false,
  noExec: false,
};

describe('the identity of a node', () => {
  test('TestDefault: is made when there is none', async () => {
    await simulate({}, async (sim) => {
      const machine = sim.node('node');
      const node = await start(machine);
      await sim.settle();
      expect(await node.spec(VolumeMountRequest, MOUNT)).toMatchObject({ volumeID: 'STATE', readOnly: false });
      expect(await node.ids(Identity)).toEqual([]);
      await node.of(VolumeMountStatus).create(MOUNT, mounted);
      await sim.settle();
      const identity = await node.spec(Identity, 'local');
      expect(identity?.nodeId).toMatch(/^[A-Za-z0-9]{43,52}$/);
      expect(new TextDecoder().decode(machine.disk.read(FILE))).toBe(`nodeId: ${identity?.nodeId}\n`);
      expect(machine.disk.mode(FILE)).toBe(0o600);
      expect(await node.spec(EtcFileSpec, 'machine-id')).toMatchObject({ mode: 0o444 });
      await expectCleanup(node);
    });
  });

  test('TestLoad: is the one in the file', async () => {
    await simulate({}, async (sim) => {
      const machine = sim.node('node');
      await machine.host.files.makeDirectory('/state');
      const text = 'nodeId: gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE\n';
      await writeFileAtomically(machine.host.files, FILE, new TextEncoder().encode(text));
      const node = await start(machine);
      await node.of(VolumeMountStatus).create(MOUNT, mounted);
      await sim.settle();
      expect(await node.spec(Identity, 'local')).toEqual({ nodeId: 'gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE' });
      const machineId = await node.spec(EtcFileSpec, 'machine-id');
      expect(new TextDecoder().decode(machineId?.contents.toUint8Array())).toBe('8d2c0de2408fa2a178bad7f45d9aa8fb');
      await expectCleanup(node);
    });
  });

  test('is not made on a volume that cannot keep it', async () => {
    await simulate({}, async (sim) => {
      const node = await start(sim.node('node'));
      await node.of(VolumeMountStatus).create(MOUNT, { ...mounted, readOnly: true });
      await sim.settle();
      expect(await node.ids(Identity)).toEqual([]);
      await node.of(VolumeMountStatus).set(MOUNT, mounted);
      await sim.settle();
      expect(await node.ids(Identity)).toEqual(['local']);
    });
  });
});

async function start(machine: Machine) {
  await machine.host.files.makeDirectory('/state');
  return runControllers(machine, [nodeIdentityController(machine.host)]);
}

/** Nobody holds the volume, and nobody asks for it. */
async function expectCleanup(node: Awaited<ReturnType<typeof start>>): Promise<void> {
  expect((await node.of(VolumeMountStatus).get(MOUNT)).metadata.finalizers).toEqual([]);
  expect(await node.ids(VolumeMountRequest)).toEqual([]);
  await node.remove(VolumeMountStatus, MOUNT);
}
