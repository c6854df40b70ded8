import { ownedHost, type Host, type WebHandler } from '@cosi-ts/core';
import { Member, Nodename } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection, destroy } from '@cosi-ts/runtime';
import { simulate } from '@cosi-ts/testing';
import * as prometheus from 'prom-client';
import { expect, test } from 'vitest';
import { processMetrics, serveNodeMetrics, serveNodesMetrics } from './node-metrics.ts';

test('say where they are served, and refuse a place that is taken', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const observer = await serveNodeMetrics(ownedHost(host, owner), ':9100', new prometheus.Registry());
    const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => Member } });
    new ControllerRuntime({ state, host, owner, observer }).register(destroy(Member));
    expect(sim.log.map(({ message }) => message)).toEqual(['metrics are served']);
    await expect(serveNodeMetrics(ownedHost(host, owner), ':9100', new prometheus.Registry())).rejects.toThrow('9100');
  });
});

const NAME = { nodename: 'x', hostnameVersion: '', skipNodeRegistration: false };

test('of several nodes are told side by side, those of their process once', async () => {
  let page: WebHandler | undefined;
  // What a simulation would not let them look at.
  const own = processMetrics();
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const owned = ownedHost(host, owner);
    const listen: Host['rpc']['listen'] = (options, services, limits) => {
      page = limits?.web;
      return owned.rpc.listen(options, services, limits);
    };
    const metrics = await serveNodesMetrics({ ...owned, rpc: { ...owned.rpc, listen } }, ':9100', own);
    for (const name of ['a', 'b']) {
      const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => Nodename } });
      const runtime = new ControllerRuntime({ state, host, owner, observer: metrics.observerOf(name) });
      runtime.register(destroy(Nodename));
      runtime.start();
      if (name === 'b') await collection(state, Nodename).create('x', NAME);
    }
    await sim.settle();
  });
  const answer = await page?.({ method: 'GET', path: '/metrics', query: new URLSearchParams() });
  const lines = answer?.body.split('\n') ?? [];
  const controller = 'controller="Destroy[Nodenames.kubernetes.talos.dev]"';
  expect(lines.filter((line) => /^controller_runtime_reconcile_total\{.*success/.test(line))).toEqual([
    `controller_runtime_reconcile_total{${controller},result="success",node="a"} 0`,
    `controller_runtime_reconcile_total{${controller},result="success",node="b"} 1`,
  ]);
  for (const name of ['controller_runtime_reconcile_total', 'process_cpu_seconds_total']) {
    expect(lines.filter((line) => line.startsWith(`# TYPE ${name} `))).toHaveLength(1);
  }
});
