import { realHost } from '@cosi-ts/core';
import { Namespace, typeRegistry } from '@cosi-ts/resources';
import { MemoryState, collection } from '@cosi-ts/runtime';
import { expect, test } from 'vitest';
import { registerMeta } from './namespaces.ts';

test('clients are told of the namespaces that they may write to', async () => {
  const { clock, random, pace } = realHost();
  const types = typeRegistry();
  const state = new MemoryState({ clock, random, pace, types });
  await registerMeta(state, types, new Set(['mine', 'cluster']));
  const { list } = collection(state, Namespace);
  const descriptions = new Map((await list()).map(({ metadata, spec }) => [metadata.id, spec.description]));
  expect(descriptions.get('mine')).toBe('Open to admins.');
  expect(descriptions.get('cluster')).toBe('Cluster configuration and discovery resources.');
  expect([...descriptions.keys()]).toContain('kubespan');
});
