import { Buffer } from 'node:buffer';
import { Bytes } from '@cosi-ts/core';
import { DiscoveryConfig, MachineConfig, type DiscoveryConfigSpec } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { SECRET, runControllers, setMachineConfig, type Running } from '../controllers.fixture.ts';
import { discoveryConfigController } from './discovery-config.ts';

const KEY = Bytes.from(Buffer.from(SECRET, 'base64'));

const ENABLED = `
cluster:
  id: cluster1
  secret: ${SECRET}
  discovery:
    enabled: true
`;

const EMPTY = 'machine: {}\ncluster: {}\n';

const service = (more: string): string => `${ENABLED}    registries:\n      service:\n        ${more}\n`;

describe('the discovery configuration', () => {
  test('TestReconcileConfig', async () => {
    await withController(async (node, result) => {
      const legacy = { name: 'legacy', endpoint: 'discovery.talos.dev:443', insecure: false };
      expect(await result(ENABLED)).toEqual({
        discoveryEnabled: false,
        registryKubernetesEnabled: true,
        registryServiceEnabled: true,
        serviceEndpoint: 'discovery.talos.dev:443',
        serviceEndpointInsecure: false,
        serviceEncryptionKey: KEY,
        serviceClusterID: 'cluster1',
        serviceEndpoints: [legacy],
      });
      await node.remove(MachineConfig, 'v1alpha1');
      expect(await result()).toBeUndefined();
    });
  });

  test('TestReconcileConfigCustom', async () => {
    await withController(async (_node, result) => {
      const endpoint = '[2001:470:6d:30e:565d:e162:e2a0:cf5a]:3456';
      const text = `${service(`endpoint: https://${endpoint}/`)}      kubernetes:\n        disabled: true\n`;
      expect(await result(text)).toMatchObject({
        registryKubernetesEnabled: false,
        serviceEndpoints: [{ name: 'legacy', endpoint, insecure: false }],
      });
    });
  });

  test('TestReconcileConfigCustomInsecure', async () => {
    await withController(async (_node, result) => {
      expect(await result(service('endpoint: http://localhost:3000'))).toMatchObject({
        serviceEndpoints: [{ name: 'legacy', endpoint: 'localhost:3000', insecure: true }],
      });
    });
  });

  test('TestReconcileDisabled', async () => {
    await withController(async (_node, result) => {
      expect(await result(EMPTY)).toMatchObject({ registryKubernetesEnabled: false, serviceEndpoints: [] });
    });
  });

  test('TestReconcilePartial', async () => {
    await withController(async (_node, result) => {
      expect(await result(EMPTY)).toBeDefined();
      expect(await result('')).toBeUndefined();
    });
  });

  test('TestReconcileLegacyFields', async () => {
    await withController(async (_node, result) => {
      expect(await result(ENABLED)).toMatchObject({
        registryServiceEnabled: true,
        serviceEndpoint: 'discovery.talos.dev:443',
        serviceEndpointInsecure: false,
      });
      expect(await result(service('disabled: true'))).toMatchObject({
        registryServiceEnabled: false,
        serviceEndpoint: '',
        serviceEndpointInsecure: false,
        serviceEncryptionKey: Bytes.empty,
        serviceClusterID: '',
        serviceEndpoints: [],
      });
      expect(await result(service('endpoint: http://insecure.example.com:3000'))).toMatchObject({
        registryServiceEnabled: true,
        serviceEndpoint: 'insecure.example.com:3000',
        serviceEndpointInsecure: true,
      });
    });
  });

  test('TestReconcileMultidocIdentity', async () => {
    await withController(async (node, result) => {
      const text = `
cluster: {}
---
apiVersion: v1alpha1
kind: DiscoveryServiceConfig
name: default
endpoint: https://discovery.talos.dev/
---
apiVersion: v1alpha1
kind: DiscoveryIdentityConfig
clusterID: cluster1
clusterSecret: ${SECRET}
`;
      expect(await result(text)).toMatchObject({
        serviceEndpoints: [{ name: 'default', endpoint: 'discovery.talos.dev:443', insecure: false }],
        serviceClusterID: 'cluster1',
        serviceEncryptionKey: KEY,
      });
      await node.remove(MachineConfig, 'v1alpha1');
      expect(await result()).toBeUndefined();
    });
  });

  test('comes of the active configuration only', async () => {
    await withController(async (node, result) => {
      await setMachineConfig(node, ENABLED, 'persistent');
      expect(await result()).toBeUndefined();
    });
  });
});

type Result = (text?: string) => Promise<DiscoveryConfigSpec | undefined>;

async function withController(scenario: (node: Running, result: Result) => Promise<void>): Promise<void> {
  await simulate({}, async (sim) => {
    const node = runControllers(sim.node('node'), [discoveryConfigController]);
    await scenario(node, async (text) => {
      if (text !== undefined) await setMachineConfig(node, text);
      await sim.settle();
      return node.spec(DiscoveryConfig, 'cluster');
    });
  });
}
