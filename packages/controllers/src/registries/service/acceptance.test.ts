import { Buffer } from 'node:buffer';
import {
  AddressStatus,
  Affiliate,
  Identity,
  KubeSpanEndpoint,
  MachineResetSignal,
  ipAddressToBytes,
  ipAddressOf,
  ipPortOf,
  ipPrefixOf,
  type AffiliateSpec,
} from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { affiliateOf } from '../../cluster/affiliate.fixture.ts';
import { A, B, E0, E1, P1, P2 } from '../../controllers.fixture.ts';
import { at, configure, join, LOCAL, portsOf, publish, RAW, sealed, serve, startRegistry } from './service.fixture.ts';

const local = affiliateOf(LOCAL, {
  hostname: 'foo.com',
  nodename: 'bar',
  machineType: 'controlplane',
  addresses: ['192.168.3.4'],
  kubespan: {
    publicKey: P1,
    address: E0,
    additional: ['10.244.3.1/24'],
    endpoints: ['10.0.0.2:51820', '192.168.3.4:51820'],
    exclude: ['0.0.0.0/0'],
  },
  controlPlane: { port: 6443 },
});

const peer = affiliateOf(A, {
  hostname: 'some.com',
  nodename: 'some',
  machineType: 'worker',
  operatingSystem: 'test OS',
  addresses: ['192.168.3.5'],
  kubespan: {
    publicKey: P2,
    address: E1,
    additional: ['10.244.4.1/24'],
    endpoints: ['192.168.3.5:51820'],
    exclude: ['1.1.1.1/32'],
  },
});

const peerEndpoint = { ip: Uint8Array.of(192, 168, 3, 5), port: 51820 };

const bytes = (address: string): Uint8Array => ipAddressToBytes(ipAddressOf(address));

describe('the registry of the discovery services', () => {
  test('TestReconcile', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('default'));
      await serve(sim.node('secondary'));
      const services = [at('default'), at('secondary')];
      const node = await startRegistry(sim.node('node'), services);
      await node.of(Affiliate).create(LOCAL, local);
      const client = join(sim.node('peer'), A, { endpoint: 'default:3000' });
      await sim.settle();

      expect(client.affiliates.size).toBe(1);
      expect(client.affiliates.get(LOCAL)?.data).toEqual(
        sealed({
          nodeId: LOCAL,
          addresses: [Buffer.from('c0a80304', 'hex')],
          hostname: 'foo.com',
          nodename: 'bar',
          machineType: 'controlplane',
          operatingSystem: '',
          kubeSpan: {
            publicKey: P1,
            address: bytes(E0),
            additionalAddresses: [{ ip: Buffer.from('0af40301', 'hex'), bits: 24 }],
            excludeAdvertisedAddresses: [{ ip: Buffer.from('00000000', 'hex'), bits: 0 }],
          },
          controlPlane: { apiServerPort: 6443 },
        }),
      );
      expect(portsOf(client, LOCAL)).toEqual(['10.0.0.2:51820', '192.168.3.4:51820']);

      publish(client, peer, [peerEndpoint]);
      await sim.settle();
      expect(await node.spec(RAW, `service/${A}`)).toEqual(peer);

      expect(await node.spec(AddressStatus.in('cluster'), 'service')).toMatchObject({
        address: `${node.node.address}/32`,
        family: 'inet4',
      });

      await node.of(KubeSpanEndpoint).create(P2, { affiliateID: A, endpoint: ipPortOf('1.1.1.1:343') });
      await sim.settle();
      const harvested = ['192.168.3.5:51820', '1.1.1.1:343'];
      expect((await node.spec(RAW, `service/${A}`))?.kubespan.endpoints).toEqual(harvested);

      await configure(node, [at('default')]);
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([`service/${A}`]);

      await node.of(MachineResetSignal).create('machine', {});
      await sim.advance('3s');
      expect(client.affiliates.size).toBe(0);
    });
  });

  test('the address that a service on the same machine sees is of no use to others', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service', { machine: 'one' }));
      const node = await startRegistry(sim.node('node', { machine: 'one' }), [at('service', '127.0.0.1')]);
      await node.of(Affiliate).create(LOCAL, local);
      await sim.settle();
      expect(await node.ids(AddressStatus.in('cluster'))).toEqual([]);
    });
  });

  test('TestDisable', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'));
      await node.of(Affiliate).create(LOCAL, affiliateOf(LOCAL));
      publish(join(sim.node('peer'), A), affiliateOf(A));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([`service/${A}`]);
      await configure(node, []);
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([]);
      expect(await node.ids(AddressStatus.in('cluster'))).toEqual([]);
    });
  });

  test('TestEndpointChange', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'), [at('service', 'nowhere')]);
      await node.of(Affiliate).create(LOCAL, local);
      const client = join(sim.node('peer'), A);
      await sim.advance('2s');
      expect(client.affiliates.size).toBe(0);
      await configure(node, [at('service')]);
      await sim.advance('10s');
      expect(client.affiliates.list().map(({ id }) => id)).toEqual([LOCAL]);
    });
  });

  test('is off without an identity too', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'));
      publish(join(sim.node('peer'), A), affiliateOf(A));
      await sim.settle();
      await node.remove(Identity, 'local');
      await configure(node, []);
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([]);
    });
  });
});

describe('what a peer publishes', () => {
  test('is taken as far as it can be read', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'));
      const client = join(sim.node('peer'), A);
      const zoned = Buffer.concat([bytes(E0), Buffer.from('eth0')]);
      client.setLocalData(
        {
          nodeId: A,
          addresses: [Uint8Array.of(1, 2, 3), bytes('192.168.3.5'), new Uint8Array(), new Uint8Array(15)],
          hostname: 'h',
          nodename: '',
          machineType: 'mainframe',
          operatingSystem: '',
          kubeSpan: {
            publicKey: P2,
            address: Uint8Array.of(1),
            additionalAddresses: [
              { ip: bytes('10.0.0.0'), bits: 33 },
              { ip: bytes('10.1.0.0'), bits: 4_294_967_295 },
              { ip: zoned, bits: 144 },
              { ip: bytes('10.2.0.1'), bits: 16 },
            ],
            excludeAdvertisedAddresses: [{ ip: Uint8Array.of(9), bits: 1 }],
          },
        },
        [peerEndpoint],
      );
      await sim.settle();
      const expected = affiliateOf(A, {
        hostname: 'h',
        addresses: ['192.168.3.5'],
        kubespan: { publicKey: P2, additional: ['10.2.0.1/16'], endpoints: ['192.168.3.5:51820'] },
      });
      expect(await node.spec(RAW, `service/${A}`)).toEqual(expected);
    });
  });

  test('has no endpoints without KubeSpan, and is a worker if it does not say', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'));
      const client = join(sim.node('peer'), A);
      const data = { nodeId: A, addresses: [], hostname: '', nodename: '', machineType: '', operatingSystem: '' };
      client.setLocalData(data, [peerEndpoint]);
      await sim.settle();
      expect(await node.spec(RAW, `service/${A}`)).toEqual(affiliateOf(A, { machineType: 'worker' }));
    });
  });

  test('in the name of this node is not believed, whatever its id was before', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('service'));
      const node = await startRegistry(sim.node('node'));
      publish(join(sim.node('peer'), A), affiliateOf(A));
      publish(join(sim.node('other'), B), affiliateOf(B));
      publish(join(sim.node('twin'), LOCAL), affiliateOf(LOCAL));
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([`service/${A}`, `service/${B}`]);
      await node.of(Identity).set('local', { nodeId: A });
      await sim.settle();
      expect(await node.ids(RAW)).toEqual([`service/${B}`, `service/${LOCAL}`]);
    });
  });
});

describe('several services', () => {
  const withName = (hostname: string, addresses: readonly string[], rest: Partial<AffiliateSpec> = {}) => ({
    ...affiliateOf(A, { hostname, addresses, machineType: 'worker' }),
    ...rest,
  });

  test('are merged: lists joined, single values from who was told of a change last', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('one'));
      await serve(sim.node('two'));
      const node = await startRegistry(sim.node('node'), [at('one'), at('two')]);
      const [first, second] = [
        join(sim.node('peer 1'), A, { endpoint: 'one:3000' }),
        join(sim.node('peer 2'), A, { endpoint: 'two:3000' }),
      ];
      const told = () => node.spec(RAW, `service/${A}`);
      publish(first, withName('at one', ['10.0.0.1'], { operatingSystem: 'old', controlPlane: { port: 1 } }));
      await sim.advance(10);
      publish(second, withName('at two', ['10.0.0.2'], { operatingSystem: 'new' }));
      await sim.settle();
      expect(await told()).toMatchObject({
        hostname: 'at two',
        operatingSystem: 'new',
        controlPlane: undefined,
        addresses: ['10.0.0.1', '10.0.0.2'],
      });
      await sim.advance(10);
      publish(first, withName('at one again', ['10.0.0.3', '10.0.0.2']));
      await sim.settle();
      expect(await told()).toMatchObject({ hostname: 'at one again', addresses: ['10.0.0.3', '10.0.0.2'] });
      await first.deleteLocal();
      await sim.settle();
      expect(await told()).toMatchObject({ hostname: 'at two', addresses: ['10.0.0.2'] });
    });
  });

  test('one that only tells again what it told before does not win', async () => {
    await simulate({}, async (sim) => {
      const one = await serve(sim.node('one'));
      await serve(sim.node('two'));
      const node = await startRegistry(sim.node('node'), [at('one'), at('two')]);
      const first = sim.node('peer 1');
      publish(join(first, A, { endpoint: 'one:3000' }), withName('at one', []));
      await sim.advance(10);
      publish(join(sim.node('peer 2'), A, { endpoint: 'two:3000' }), withName('at two', []));
      await sim.advance('1s');
      sim.crash(first);
      publish(join(first, A, { endpoint: 'one:3000' }), withName('at one', []));
      await configure(node, [{ ...at('one'), endpoint: `${one.address}:3000` }, at('two')]);
      await sim.advance('10s');
      expect((await node.spec(RAW, `service/${A}`))?.hostname).toBe('at two');
    });
  });

  test('a node that moves its addresses from one list to none keeps those of the other service', async () => {
    await simulate({}, async (sim) => {
      await serve(sim.node('one'));
      await serve(sim.node('two'));
      const node = await startRegistry(sim.node('node'), [at('one'), at('two')]);
      publish(join(sim.node('peer 1'), A, { endpoint: 'one:3000' }), peer, [peerEndpoint]);
      await sim.advance(10);
      publish(join(sim.node('peer 2'), A, { endpoint: 'two:3000' }), affiliateOf(A, { addresses: ['10.0.0.9'] }));
      await sim.settle();
      // The newest says that KubeSpan is off: no key, so no endpoints either.
      const expected = affiliateOf(A, { addresses: ['192.168.3.5', '10.0.0.9'] });
      expect(await node.spec(RAW, `service/${A}`)).toEqual(expected);
    });
  });
});

test('prefixes keep their host bits', async () => {
  await simulate({}, async (sim) => {
    await serve(sim.node('service'));
    const node = await startRegistry(sim.node('node'));
    publish(join(sim.node('peer'), A), peer);
    await sim.settle();
    const spec = await node.spec(RAW, `service/${A}`);
    expect(spec?.kubespan.additionalAddresses).toEqual([ipPrefixOf('10.244.4.1/24')]);
  });
});
