import { Endpoint, Member, ipAddressOf, type MemberSpec } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { A, B, E0, E1, X, runControllers } from '../controllers.fixture.ts';
import { endpointController } from './endpoint.ts';

describe('the endpoints of the control plane', () => {
  test('TestReconcile', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), [endpointController]);
      await sim.settle();
      expect(await node.spec(Endpoint, 'discovery')).toEqual({ addresses: [], hosts: [] });
      const members = node.of(Member);
      await members.create('talos-default-controlplane-1', member(A, 'controlplane', ['172.20.0.2', E0]));
      await members.create('talos-default-controlplane-2', member(B, 'controlplane', ['172.20.0.3', E1]));
      await members.create('talos-default-worker-1', member(X, 'worker', ['172.20.0.4']));
      await sim.settle();
      const expected = { addresses: ['172.20.0.2', '172.20.0.3', E0, E1], hosts: [] };
      expect(await node.spec(Endpoint, 'discovery')).toEqual(expected);
    });
  });

  test('follow a member that changes its part, and are there when nobody is left', async () => {
    await simulate({}, async (sim) => {
      const node = runControllers(sim.node('node'), [endpointController]);
      await node.of(Member).create('one', member(A, 'init', ['172.20.0.2', '10.0.0.2']));
      await node.of(Member).create('two', member(B, 'worker', ['10.0.0.2']));
      const addresses = async () => {
        await sim.settle();
        return (await node.spec(Endpoint, 'discovery'))?.addresses;
      };
      expect(await addresses()).toEqual(['10.0.0.2', '172.20.0.2']);
      await node.of(Member).set('two', member(B, 'controlplane', ['10.0.0.2']));
      expect(await addresses()).toEqual(['10.0.0.2', '10.0.0.2', '172.20.0.2']);
      await node.of(Member).set('one', member(A, 'worker', ['172.20.0.2']));
      expect(await addresses()).toEqual(['10.0.0.2']);
      await node.remove(Member, 'two');
      expect(await addresses()).toEqual([]);
    });
  });
});

function member(nodeId: string, machineType: MemberSpec['machineType'], addresses: readonly string[]): MemberSpec {
  return { ...Member.spec.fromPlain({}), nodeId, machineType, addresses: addresses.map(ipAddressOf) };
}
