import { KubeSpanConfig, type KubeSpanConfigSpec } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { runControllers, setMachineConfig } from '../controllers.fixture.ts';
import { kubespanConfigController } from './config.ts';

const ID = '8XuV9TZHW08DOk3bVxQjH9ih_TBKjnh-j44tsCLSBzo=';
const SECRET = 'I+1In7fLnpcRIjUmEoeugZnSyFoTF6MztLxICL5Yu0s=';

const DISABLED: KubeSpanConfigSpec = {
  ...KubeSpanConfig.spec.fromPlain({}),
  clusterId: ID,
  sharedSecret: SECRET,
};

const CLUSTER = `cluster:\n  id: ${ID}\n  secret: ${SECRET}\n  discovery:\n    enabled: true\n`;

describe('the configuration of KubeSpan', () => {
  test('TestReconcileConfig', async () => {
    const text = `
machine:
  network:
    kubespan:
      enabled: true
      filters:
        excludeAdvertisedNetworks: [10.0.0.0/8]
${CLUSTER}---
apiVersion: v1alpha1
kind: KubeSpanEndpointsConfig
extraAnnouncedEndpoints: ["192.168.33.11:1001"]
`;
    expect(await configOf(text)).toEqual({
      ...DISABLED,
      enabled: true,
      forceRouting: true,
      mtu: 1420,
      extraEndpoints: ['192.168.33.11:1001'],
      excludeAdvertisedNetworks: ['10.0.0.0/8'],
    });
  });

  test('TestReconcileDisabled', async () => {
    expect(await configOf(`machine: {}\n${CLUSTER}`)).toEqual(DISABLED);
  });

  test('TestReconcileMultiDoc', async () => {
    const text = `
machine: {}
${CLUSTER}---
apiVersion: v1alpha1
kind: KubeSpanConfig
enabled: true
mtu: 1380
filters:
  endpoints: [0.0.0.0/0, "::/0"]
  excludeAdvertisedNetworks: [10.0.0.0/8]
`;
    expect(await configOf(text)).toEqual({
      ...DISABLED,
      enabled: true,
      forceRouting: true,
      mtu: 1380,
      endpointFilters: ['0.0.0.0/0', '::/0'],
      excludeAdvertisedNetworks: ['10.0.0.0/8'],
    });
  });

  test('TestReconcileNoDiscoveryIdentity', async () => {
    const text = `
machine:
  network:
    kubespan:
      enabled: true
cluster:
  discovery:
    enabled: true
    registries:
      service:
        disabled: true
`;
    expect(await configOf(text)).toBeUndefined();
  });
});

async function configOf(text: string): Promise<KubeSpanConfigSpec | undefined> {
  const { value } = await simulate({}, async (sim) => {
    const node = runControllers(sim.node('node'), [kubespanConfigController]);
    await setMachineConfig(node, text);
    await sim.settle();
    return node.spec(KubeSpanConfig, 'kubespan');
  });
  return value;
}
