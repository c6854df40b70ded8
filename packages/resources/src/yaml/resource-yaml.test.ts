import { timestampFromMillis } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { Labels } from '../resource/labels.ts';
import type { NewMetadata, Resource } from '../resource/resource.ts';
import type { DeclaredType } from '../define/define-resource.ts';
import { versionOf } from '../resource/version.ts';
import { MachineConfig } from '../types/config/machine-config.ts';
import { MachineType } from '../types/config/machine-type.ts';
import { Identity } from '../types/cluster/identity.ts';
import { MachineResetSignal } from '../types/runtime/machine-reset-signal.ts';
import { resourceYaml } from './resource-yaml.ts';

const at = timestampFromMillis(Date.UTC(2022, 9, 12, 12, 0, 0, 789));
const stored = { version: versionOf(1), created: at, updated: at } satisfies NewMetadata;

function yamlOf<S>(type: DeclaredType<S>, resource: Resource<S>): string {
  return resourceYaml(resource.metadata, type.spec.toYaml(resource.spec));
}

describe('the YAML form of a resource', () => {
  test('is the one that the discovery guide shows', () => {
    const identity = Identity.create(
      'local',
      { nodeId: 'Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd' },
      { ...stored, owner: 'cluster.NodeIdentityController' },
    );
    expect(yamlOf(Identity, identity)).toBe(`metadata:
    namespace: cluster
    type: Identities.cluster.talos.dev
    id: local
    version: 1
    owner: cluster.NodeIdentityController
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
spec:
    nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd
`);
  });

  test('has labels, annotations and finalizers when there are some, without types', () => {
    const resource = MachineResetSignal.create(
      '123',
      {},
      {
        ...stored,
        labels: Labels.of({ zone: 'true', app: '', '[v6]': 'a\nb\n' }),
        annotations: Labels.of({ note: 'a: b' }),
        finalizers: ['"resource1', 'resource2'],
      },
    );
    expect(yamlOf(MachineResetSignal, resource)).toBe(`metadata:
    namespace: runtime
    type: MachineResetSignals.runtime.talos.dev
    id: 123
    version: 1
    owner:
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
    labels:
        '[v6]': |
            a
            b
        app:
        zone: true
    annotations:
        note: 'a: b'
    finalizers:
        - '"resource1'
        - resource2
spec: {}
`);
  });

  test('has a bare spec behind its key, a configuration as its author wrote it', () => {
    const worker = MachineType.create('machine-type', { machineType: 'worker' });
    expect(yamlOf(MachineType, worker)).toContain('\n    version: undefined\n');
    expect(yamlOf(MachineType, worker)).toMatch(/\nspec: worker\n$/);

    const config = MachineConfig.create('v1alpha1', { text: 'machine:\n  type: worker\n---\nkind: KubeSpanConfig\n' });
    expect(yamlOf(MachineConfig, config)).toMatch(
      /\nspec: \|\n    machine:\n      type: worker\n    ---\n    kind: KubeSpanConfig\n$/,
    );
  });
});
