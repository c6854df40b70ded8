import { writeFileAtomically } from '@cosi-ts/core';
import {
  HardwareAddr,
  KubeSpanConfig,
  KubeSpanIdentity,
  VolumeMountRequest,
  type KubeSpanConfigSpec,
} from '@cosi-ts/resources';
import { simulate, type Simulation } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { runControllers, type Running } from '../controllers.fixture.ts';
import { parseHardwareAddress } from '../identity/hardware-address.ts';
import { isWireguardKey, wireguardPublicKey } from '../identity/wireguard-key.ts';
import { stateVolumeController } from '../system/state-volume.ts';
import { kubespanIdentityController } from './identity.ts';

const ID = '8XuV9TZHW08DOk3bVxQjH9ih_TBKjnh-j44tsCLSBzo=';
const FILE = '/state/kubespan-identity.yaml';
const KEYS = {
  privateKey: 'sF45u5ePau58WeeCUY3T8D9foEKaQ8Opx4cGC8g4XE4=',
  publicKey: 'Oak2fBEWngBhwslBxDVgnRNHXs88OAp4kjroSX0uqUE=',
};
const ADDRESSES = {
  address: 'fd7f:175a:b97c:5602:e871:1bff:feb2:ccee/128',
  subnet: 'fd7f:175a:b97c:5602::/64',
};

describe('the identity in the mesh', () => {
  test('TestGenerate', async () => {
    await simulate({}, async (sim) => {
      const { node, machine } = await start(sim);
      const identity = await node.spec(KubeSpanIdentity, 'local');
      expect(identity).toMatchObject(ADDRESSES);
      const { privateKey = '', publicKey } = identity ?? {};
      expect(isWireguardKey(privateKey)).toBe(true);
      expect(wireguardPublicKey(privateKey)).toBe(publicKey);
      expect(new TextDecoder().decode(machine.disk.read(FILE))).toBe(
        `address: ""\nsubnet: ""\nprivateKey: ${privateKey}\npublicKey: ${publicKey}\n`,
      );
      expect(await node.ids(VolumeMountRequest)).toEqual([]);
    });
  });

  test('TestLoad', async () => {
    await simulate({}, async (sim) => {
      const { node } = await start(sim, loaded);
      expect(await node.spec(KubeSpanIdentity, 'local')).toEqual({ ...ADDRESSES, ...KEYS });
      expect(await node.ids(VolumeMountRequest)).toEqual([]);
    });
  });

  test('follows the hardware address and the cluster at run time, with the same keys', async () => {
    await simulate({}, async (sim) => {
      const { node } = await start(sim, loaded);
      await setHardware(node, '2e:1a:b6:53:81:69');
      await sim.settle();
      expect(await node.spec(KubeSpanIdentity, 'local')).toEqual({
        ...KEYS,
        address: 'fd7f:175a:b97c:5602:2c1a:b6ff:fe53:8169/128',
        subnet: 'fd7f:175a:b97c:5602::/64',
      });
      await node.of(KubeSpanConfig).set('kubespan', config({ clusterId: 'cluster1' }));
      await sim.settle();
      expect(await node.spec(KubeSpanIdentity, 'local')).toEqual({
        ...KEYS,
        address: 'fd36:91d8:71e8:302:2c1a:b6ff:fe53:8169/128',
        subnet: 'fd36:91d8:71e8:302::/64',
      });
    });
  });

  test('goes when KubeSpan is switched off, and is the same when it comes back', async () => {
    await simulate({}, async (sim) => {
      const { node } = await start(sim);
      const before = await node.spec(KubeSpanIdentity, 'local');
      for (let round = 0; round < 2; round += 1) {
        await node.of(KubeSpanConfig).set('kubespan', config({ enabled: false }));
        await sim.settle();
        expect(await node.ids(KubeSpanIdentity)).toEqual([]);
        await node.of(KubeSpanConfig).set('kubespan', config());
        await sim.settle();
        expect(await node.spec(KubeSpanIdentity, 'local')).toEqual(before);
      }
    });
  });
});

const loaded = `address: ""\nsubnet: ""\nprivateKey: ${KEYS.privateKey}\npublicKey: ${KEYS.publicKey}\n`;

async function start(sim: Simulation, file?: string) {
  const machine = sim.node('node');
  const { host } = machine;
  await host.files.makeDirectory('/state');
  if (file !== undefined) await writeFileAtomically(host.files, FILE, new TextEncoder().encode(file));
  const node = runControllers(machine, [stateVolumeController('/state'), kubespanIdentityController(host)]);
  await node.of(KubeSpanConfig).create('kubespan', config());
  await setHardware(node, 'ea:71:1b:b2:cc:ee');
  await sim.settle();
  return { node, machine };
}

function config(given: Partial<KubeSpanConfigSpec> = {}): KubeSpanConfigSpec {
  return { ...KubeSpanConfig.spec.fromPlain({}), enabled: true, clusterId: ID, ...given };
}

async function setHardware(node: Running, text: string): Promise<void> {
  const hardwareAddr = parseHardwareAddress(text);
  if (hardwareAddr === undefined) throw new Error(`no hardware address: ${text}`);
  await node.of(HardwareAddr).set('first', { name: 'eth0', hardwareAddr });
}
