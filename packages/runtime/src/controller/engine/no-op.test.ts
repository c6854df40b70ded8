import { Labels, type Resource } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import { collection } from '../../state/collection.ts';
import type { Controller } from '../controller.ts';
import { defineController } from '../loop.ts';
import { hasNoOutputs } from '../operators/cleanup-handlers.ts';
import { cleanup } from '../operators/cleanup.ts';
import { destroy } from '../operators/destroy.ts';
import { merge } from '../operators/merge.ts';
import { transform } from '../operators/transform.ts';
import { exclusive, primary, strong, weak } from '../ports.ts';
import { defineQueueController } from '../queue.ts';
import { ControllerRuntime } from './runtime.ts';
import { A, B, C, start, type Text } from './text-types.fixture.ts';

const M = B.in('made');
const IDS = ['x1', 'x2', 'y1'];

/** What counts of an input: not its second word, nor its labels. */
const first = ({ spec }: Resource<Text>): Text => ({ text: spec.text.split(' ')[0] ?? '' });

/** In each style a controller that makes something of every input; those that hold their inputs, and those that do not. */
const styles: Readonly<Record<string, () => Controller>> = {
  loop: () =>
    defineController({
      name: 'c',
      ports: { inputs: strong(A), made: exclusive(M) },
      async reconcile({ inputs, made }) {
        for (const input of await inputs.list()) {
          await inputs.addFinalizer(input.metadata.id, 'c');
          await made.set(input.metadata.id, first(input));
        }
      },
    }),
  'loop that tracks its outputs': () =>
    defineController({
      name: 'c',
      ports: { inputs: weak(A), made: exclusive(M) },
      async reconcile({ inputs, made }, { trackOutputs, cleanupOutputs }) {
        trackOutputs();
        for (const input of await inputs.list())
          await made.modifyWithResult(input.metadata.id, { text: '' }, (draft) => {
            draft.text = first(input).text;
          });
        await cleanupOutputs(made);
      },
    }),
  'loop of its own': () =>
    defineController({
      name: 'c',
      ports: { inputs: weak(A), made: exclusive(M) },
      async run({ inputs, made }, { wakeups }) {
        for await (const _causes of wakeups) {
          for (const input of await inputs.list()) await made.set(input.metadata.id, first(input));
        }
      },
    }),
  'atomic loop': () =>
    defineController({
      name: 'c',
      atomic: true,
      ports: { inputs: weak(A), made: exclusive(M) },
      async reconcile({ inputs, made }) {
        for (const input of await inputs.list()) await made.set(input.metadata.id, first(input));
      },
    }),
  queue: () =>
    defineQueueController({
      name: 'c',
      ports: { inputs: primary(A), made: exclusive(M) },
      concurrency: 2,
      async reconcile({ inputs, made }, key) {
        const input = await inputs.find(key);
        if (input === undefined) return;
        await inputs.addFinalizer(key, 'c');
        await made.set(key, first(input));
      },
    }),
  'atomic queue': () =>
    defineQueueController({
      name: 'c',
      atomic: true,
      ports: { inputs: primary(A), made: exclusive(M) },
      async reconcile({ inputs, made }, key) {
        const input = await inputs.find(key);
        if (input !== undefined) await made.set(key, first(input));
      },
    }),
  transform: () => transform({ name: 'c', input: A, output: M, map: ({ metadata }) => metadata.id, transform: first }),
  'transform that holds its inputs': () =>
    transform({
      name: 'c',
      input: A,
      output: M,
      inputFinalizers: true,
      map: ({ metadata }) => metadata.id,
      transform: first,
    }),
  merge: () =>
    merge({
      name: 'c',
      input: A,
      output: M,
      key: ({ metadata }) => metadata.id.slice(0, 1),
      merge: (inputs) => ({ text: inputs.map((input) => first(input).text).join('+') }),
    }),
  'merge that holds its inputs': () =>
    merge({
      name: 'c',
      input: A,
      output: M,
      inputFinalizers: true,
      concurrency: 2,
      key: ({ metadata }) => metadata.id.slice(0, 1),
      merge: async (inputs) => Promise.resolve({ text: inputs.map((input) => first(input).text).join('+') }),
    }),
  cleanup: () => cleanup({ name: 'c', input: A, handler: hasNoOutputs(C, ({ metadata }) => metadata.id) }),
  destroy: () => destroy(A),
};

describe.each(Object.entries(styles))('%s', (_style, controller) => {
  test('a change of nothing that counts is one reconcile of each dependent, and no write', async () => {
    for (let seed = 0; seed < 8; seed += 1) {
      await simulate({ seed }, async (sim) => {
        const { host, owner } = sim.node('node');
        const { state } = start({ host, owner: owner.child('unused') });
        let worked: string[] = [];
        const observer = { taken: (name: string) => void worked.push(name) };
        const runtime = new ControllerRuntime({ state, host, owner, observer });
        const subject = controller();
        runtime.register(subject);
        runtime.register(
          transform({
            name: 'behind',
            input: M,
            output: C,
            map: ({ metadata }) => metadata.id,
            transform: ({ spec }) => spec,
          }),
        );
        const a = collection(state, A);
        for (const id of IDS) await a.create(id, { text: `${id} 0` });
        runtime.start();
        await sim.settle();

        for (let change = 1; change <= 6; change += 1) {
          const id = IDS[sim.choose('id', IDS.length)] ?? '';
          const { position } = state;
          worked = [];
          const how = sim.choose('how', 3);
          if (how === 0) await a.set(id, { text: `${id} ${change}` });
          if (how === 1) await a.set(id, (await a.get(id)).spec, { labels: Labels.of({ change: `${change}` }) });
          // The same once more is no change at all.
          if (how === 2) await a.set(id, { ...(await a.get(id)).spec });
          await sim.settle();
          expect(state.position - position).toBe(how === 2 ? 0 : 1);
          expect(worked).toEqual(how === 2 ? [] : [subject.name]);
        }

        // Several at once are merged where they meet.
        const { position } = state;
        worked = [];
        await Promise.all(IDS.map((id) => a.set(id, { text: `${id} last` })));
        await sim.settle();
        expect(state.position - position).toBe(IDS.length);
        expect(new Set(worked)).toEqual(new Set([subject.name]));
        expect(worked.length).toBeLessThanOrEqual(IDS.length);
      });
    }
  });
});
