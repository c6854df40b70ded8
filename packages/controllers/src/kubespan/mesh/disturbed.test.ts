import { parseTimestamp, Owner, type Host, type Timestamp } from '@cosi-ts/core';
import {
  KubeSpanConfig,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  LinkSpec,
  NfTablesChain,
} from '@cosi-ts/resources';
import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { assertUnperturbed, reconcileEventuallyAndStably, simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { SimMachine, type Trouble } from '../../network/machine.fixture.ts';
import {
  KEY_1,
  KEY_2,
  addPeers,
  identity,
  meshConfig,
  meshPeer,
  runMesh,
  setAddress,
  type MeshRun,
} from './mesh.fixture.ts';
import { meshControllers } from './mesh-controllers.ts';

/** Under the kit's plans time stands still: what they find out is what crashes, refusals and lost answers do. */
const NOW = parseTimestamp('2022-10-12T12:00:00Z') as Timestamp;
const host: Pick<Host, 'clock' | 'timers'> = {
  clock: { now: () => NOW, millis: () => Date.parse(NOW), monotonic: () => 0 },
  timers: { after: () => ({ cancel: () => undefined }) },
};

/** The endpoints stay: at which one a peer is tried depends on what was tried before, as it shall. */
const steps = [
  async (state: State) => {
    await setAddress(state);
    await collection(state, KubeSpanConfig).set('kubespan', meshConfig());
    await collection(state, KubeSpanIdentity).set('local', identity);
  },
  (state: State) => collection(state, KubeSpanPeerSpec).set(KEY_1, meshPeer('one', '10.244.1.0/24', '10.0.0.1:1')),
  (state: State) => collection(state, KubeSpanPeerSpec).set(KEY_2, meshPeer('two', '10.244.2.0/24', '10.0.0.2:1')),
  (state: State) => collection(state, KubeSpanPeerSpec).set(KEY_1, meshPeer('new', '10.244.3.0/24', '10.0.0.1:1')),
  async (state: State) => {
    const pointer = KubeSpanPeerSpec.pointer(KEY_2);
    if (await state.teardown(pointer)) await state.destroy(pointer);
  },
];

describe('the mesh on a machine that gives trouble', () => {
  test('comes to what is configured, and stays', async () => {
    let machine = new SimMachine(() => NOW);
    const controllers = (): readonly Controller[] => {
      const fresh = new SimMachine(() => NOW);
      let calls = 0;
      // Refused, without an answer, or old news: the first calls of a run go wrong in turn.
      fresh.trouble = (): Trouble => {
        machine = fresh;
        calls += 1;
        return calls < 40 ? (['refused', undefined, 'unanswered', undefined, 'stale'] as const)[calls % 5] : undefined;
      };
      return meshControllers(host, { driver: fresh.driver, owner: new Owner('network') });
    };
    const matches = async (state: State): Promise<void> => {
      const link = machine.links.get('kubespan');
      expect([...(link?.device?.peers ?? [])].map(([key, { allowedIPs }]) => [key, ...allowedIPs])).toEqual([
        [KEY_1, '10.244.3.0/24'],
      ]);
      expect([link?.addresses.size, machine.routes.size, machine.rules.size, machine.table.size]).toEqual([1, 2, 2, 2]);
      expect((await state.list(KubeSpanPeerStatus)).map(({ metadata }) => metadata.id)).toEqual([KEY_1]);
      const chains = await collection(state, NfTablesChain).list();
      for (const { metadata, spec } of chains) expect(machine.table.get(metadata.id)).toEqual(spec);
    };
    await reconcileEventuallyAndStably(controllers, { steps, matches, runs: 40 });
  });

  test('comes to the same under every plan', async () => {
    const controllers = (): readonly Controller[] => {
      const machine = new SimMachine(() => NOW);
      const all = meshControllers(host, { driver: machine.driver, owner: new Owner('network') });
      return all.filter(({ name }) => /Manager|Device/.test(name));
    };
    await assertUnperturbed({ controllers, steps, types: [LinkSpec.in('network-config')] });
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('in virtual time, whatever goes wrong for a while: seed %i', async (seed) => {
    await simulate({ seed }, async (sim) => {
      const mesh = await runMesh(sim.node('node'), meshConfig({ forceRouting: false }));
      await addPeers(mesh);
      mesh.machine.answering.add('172.20.0.3:51280');
      mesh.machine.trouble = () => TROUBLES[sim.choose('trouble', TROUBLES.length)];
      for (let minute = 0; minute < 10; minute += 1) {
        disturb(sim, mesh);
        await sim.advance('1m');
      }
      mesh.machine.trouble = () => undefined;
      await sim.advance('10m');
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_1)).toMatchObject({ state: 'up', endpoint: '172.20.0.3:51280' });
      expect(await mesh.spec(KubeSpanPeerStatus, KEY_2)).toMatchObject({ state: 'down' });
      for (const chain of mesh.machine.table.values()) {
        expect(chain.rules.at(-1)?.matchDestinationAddress?.includeSubnets).toEqual(['10.244.1.0/24']);
      }
      await mesh.owner.close();
      expect(mesh.machine.isUntouched).toBe(true);
    });
  });
});

/** The boring one first. */
const TROUBLES: readonly Trouble[] = [undefined, undefined, undefined, 'stale', 'refused', 'unanswered'];

function disturb(sim: Simulation, { machine, runtime }: MeshRun): void {
  switch (sim.choose('disturbance', 5)) {
    case 1:
      machine.loseLink('kubespan');
      break;
    case 2:
      machine.forgetPeers('kubespan');
      break;
    case 3:
      runtime.crash('kubespan.ManagerController');
      break;
    case 4:
      runtime.crash('network.LinkSpecController');
      break;
    default:
  }
}
