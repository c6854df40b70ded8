import { ownedHost } from '@cosi-ts/core';
import { Member } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, destroy } from '@cosi-ts/runtime';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { serveNodeMetrics } from './node-metrics.ts';

test('say where they are served, and refuse a place that is taken', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const observer = await serveNodeMetrics(ownedHost(host, owner), ':9100');
    const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => Member } });
    new ControllerRuntime({ state, host, owner, observer }).register(destroy(Member));
    expect(sim.log.map(({ message }) => message)).toEqual(['metrics are served']);
    await expect(serveNodeMetrics(ownedHost(host, owner), ':9100')).rejects.toThrow('9100');
  });
});
