import type { Host, Owner } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, dependencyMermaid, prometheusObserver, traceOf } from '@cosi-ts/runtime';
import * as prometheus from 'prom-client';
import { claimsGo, total, volumeOfClaim } from './controllers.ts';
import { Claim, Receipt, Volume } from './resources.ts';

export function startProgram(host: Host, owner: Owner) {
  const types = typeRegistry([Claim, Volume, Receipt]);
  const { clock, random, pace } = host;
  const state = new MemoryState({ clock, random, pace, types });
  const metrics = new prometheus.Registry();
  const runtime = new ControllerRuntime({
    state,
    host,
    owner,
    observer: prometheusObserver(prometheus, metrics),
    changeRate: { rate: 100, burst: 1000 },
    external: [Claim, Receipt],
  });
  for (const controller of [volumeOfClaim, claimsGo, total]) runtime.register(controller);
  runtime.start();
  return { state, runtime, metrics };
}

export function whyTotal(state: MemoryState): readonly string[] {
  const steps = traceOf(state, Receipt.pointer('total')) ?? [];
  return steps.map(({ pointer, origin }) => `${origin?.actor || 'somebody'} wrote ${pointer.type} ${pointer.id}`);
}

export function picture(runtime: ControllerRuntime): string {
  return dependencyMermaid(runtime.dependencyGraph());
}
