import { sleep } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import * as prometheus from 'prom-client';
import { expect, test } from 'vitest';
import { A, B, C } from '../engine/text-types.fixture.ts';
import { collection } from '../../state/collection.ts';
import { MemoryState } from '../../state/memory-state.ts';
import { ControllerRuntime } from '../engine/runtime.ts';
import { defineController } from '../loop.ts';
import { merge } from '../operators/merge.ts';
import { RequeueError, SkipReconcileError } from '../outcome.ts';
import { mapped, primary, shared, weak } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { prometheusObserver } from './prometheus.ts';

test('counts what controllers do, by the names that dashboards know', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const registry = new prometheus.Registry();
    const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => undefined } });
    const observer = prometheusObserver(prometheus, registry);
    const runtime = new ControllerRuntime({ state, host, owner, observer });
    let loops = 0;
    runtime.register(
      defineController({
        name: 'L',
        ports: { inputs: weak(A), outputs: shared(B) },
        async reconcile({ inputs, outputs }) {
          loops += 1;
          await inputs.list();
          if (loops === 2) throw new TypeError('a mistake');
          await outputs.set('count', { text: `${loops}` });
        },
      }),
    );
    runtime.register(
      defineQueueController({
        name: 'Q',
        ports: { inputs: primary(A), others: mapped(C), outputs: shared(B.in('q')) },
        concurrency: 2,
        mappers: {
          others: () => ['ok', 'slow'],
        },
        async reconcile(_ports, key) {
          if (key === 'skip') throw new SkipReconcileError('not yet');
          if (key === 'again') throw new RequeueError(3_600_000);
          if (key === 'bad') throw new Error('no');
          if (key === 'slow') await sleep(host.timers, 2000);
        },
      }),
    );
    runtime.start();
    await sim.advance(1);
    for (const id of ['ok', 'skip', 'again', 'bad', 'slow']) await collection(state, A).create(id, { text: '' });
    await sim.advance(100);
    await collection(state, C).create('1', { text: 'x' });
    await sim.advance(901);

    const text = await registry.metrics();
    const value = (line: string): number =>
      Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`${line} `))
          ?.split(' ')[1],
      );
    const of = (name: string, controller: string): number => value(`${name}{controller="${controller}"}`);
    expect(value('controller_runtime_reconcile_total{controller="Q",result="success"}')).toBe(3);
    expect(value('controller_runtime_reconcile_total{controller="Q",result="requeue_after"}')).toBe(1);
    expect(value('controller_runtime_reconcile_total{controller="L",result="error"}')).toBe(1);
    expect(of('controller_runtime_reconcile_panics_total', 'L')).toBe(1);
    expect(of('controller_runtime_reconcile_panics_total', 'Q')).toBe(0);
    expect(of('controller_runtime_max_concurrent_reconciles', 'Q')).toBe(2);
    expect(of('controller_runtime_active_workers', 'Q')).toBe(1);
    expect(of('controller_crashes', 'L')).toBe(1);
    expect(of('controller_wakeups', 'L')).toBe(loops);
    expect(of('controller_reads', 'L')).toBe(loops);
    expect(of('controller_writes', 'L')).toBe(loops - 1);
    expect(of('qcontroller_skips', 'Q')).toBe(1);
    expect(of('qcontroller_requeues', 'Q')).toBe(1);
    expect(of('qcontroller_crashes', 'Q')).toBeGreaterThan(0);
    expect(of('qcontroller_mapped_in', 'Q')).toBe(1);
    expect(of('qcontroller_mapped_out', 'Q')).toBe(2);
    expect(of('qcontroller_queue_length', 'Q')).toBe(1);
    expect(value('workqueue_retries_total{name="Q",controller="Q"}')).toBeGreaterThan(0);
    expect(value('workqueue_depth{name="Q",controller="Q",priority=""}')).toBe(0);
    expect(value('workqueue_longest_running_processor_seconds{name="Q",controller="Q"}')).toBeCloseTo(1, 1);
    expect(value('workqueue_queue_duration_seconds_count{name="Q",controller="Q"}')).toBe(
      of('qcontroller_processed', 'Q') + 1,
    );
  });
});

/** Of controller-runtime, its work queues, and the COSI runtime, without what needs an election or a client of HTTP. */
const NAMES = [
  ...['total', 'errors_total', 'panics_total', 'timeouts_total', 'time_seconds'].map(
    (name) => `controller_runtime_reconcile_${name}`,
  ),
  ...['terminal_reconcile_errors_total', 'max_concurrent_reconciles', 'active_workers'].map(
    (name) => `controller_runtime_${name}`,
  ),
  ...['depth', 'adds_total', 'queue_duration_seconds', 'work_duration_seconds', 'unfinished_work_seconds'].map(
    (name) => `workqueue_${name}`,
  ),
  'workqueue_longest_running_processor_seconds',
  'workqueue_retries_total',
  ...['crashes', 'wakeups', 'reads', 'writes'].map((name) => `controller_${name}`),
  ...['crashes', 'skips', 'requeues', 'processed', 'mapped_in', 'mapped_out', 'queue_length'].map(
    (name) => `qcontroller_${name}`,
  ),
  'qcontroller_map_busy',
  'qcontroller_reconcile_busy',
  ...['cycles', 'input_items', 'busy'].map((name) => `reconcile_${name}`),
  'cached_resources',
];

test('has every name that dashboards ask for, and none besides', async () => {
  const registry = new prometheus.Registry();
  const observer = prometheusObserver(prometheus, registry);
  observer.cached?.(() => new Map());
  const names = registry.getMetricsAsArray().map(({ name }) => name);
  expect(names.toSorted()).toEqual(NAMES.toSorted());
  await registry.metrics();
});

test('counts what an operator looks at', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const registry = new prometheus.Registry();
    const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => undefined } });
    const runtime = new ControllerRuntime({ state, host, owner, observer: prometheusObserver(prometheus, registry) });
    runtime.register(
      merge({
        name: 'M',
        input: A,
        output: B,
        key: ({ metadata }) => metadata.id.slice(0, 1),
        merge: async (inputs) => {
          await sleep(host.timers, 500);
          return { text: `${inputs.length}` };
        },
      }),
    );
    for (const id of ['x1', 'x2', 'x3', 'y1']) await collection(state, A).create(id, { text: '' });
    runtime.start();
    await sim.settle();
    const text = await registry.metrics();
    for (const line of ['cycles{controller="M"} 2', 'input_items{controller="M"} 4', 'busy{controller="M"} 1']) {
      expect(text).toContain(`\nreconcile_${line}\n`);
    }
  });
});
