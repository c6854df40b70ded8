import assert from 'node:assert/strict';
import {
  RegistrationError,
  defineController,
  defineQueueController,
  exclusive,
  mapped,
  primary,
  shared,
  strong,
  weak,
  type Controller,
} from '@cosi-ts/runtime';
import type { RuntimeTrial } from './subject.ts';
import { Int, Sentence, Str } from './types.ts';

type Rule = (trial: RuntimeTrial) => Promise<void>;
type Ports = Parameters<typeof defineController>[0]['ports'];

const loop = (name: string, ports: Ports): Controller => defineController({ name, ports, reconcile: async () => {} });

/** Rules about who may be registered beside whom. */
export const REGISTRATION_RULES: Readonly<Record<string, Rule>> = {
  async 'ControllerOutputs: a type has one exclusive writer, or shared ones'({ runtime }) {
    const refused = (controller: Controller, why: string): void => {
      assert.throws(() => runtime.register(controller), RegistrationError);
      assert.throws(() => runtime.register(controller), { message: why });
    };
    runtime.register(loop('Shared1', { output: shared(Str) }));
    runtime.register(loop('Shared2', { output: shared(Str) }));
    refused(
      loop('Exclusive', { output: exclusive(Str.in('elsewhere')) }),
      'resource "test/str" is already managed in shared mode by "Shared1"; let one controller write it, or declare all its outputs shared',
    );
    // Nothing is left of a registration that was refused.
    runtime.register(loop('Exclusive', { output: exclusive(Sentence) }));
    refused(
      loop('Other', { output: shared(Sentence) }),
      'resource "test/sentence" is already managed in exclusive mode by "Exclusive"; let one controller write it, or declare all its outputs shared',
    );
    refused(loop('Exclusive', {}), 'controller "Exclusive" already registered');
    await Promise.resolve();
  },

  async 'ControllerDependency: an input is declared once, and of a kind that its style has'({ runtime }) {
    const twice = { a: weak(Int), b: strong(Int) };
    assert.throws(() => runtime.register(loop('Twice', twice)), /duplicate controller input: "Twice"/);
    runtime.register(loop('Narrow', { all: weak(Int), one: weak(Int, { id: 'one' }) }));
    const wrong = { ...loop('Wrong', {}), ports: { ints: primary(Int) } };
    assert.throws(() => runtime.register(wrong), /invalid input kind 3 for controller "Wrong"/);
    assert.throws(() => runtime.register({ ...loop('None', {}), concurrency: 0 }), /invalid concurrency: 0/);
    await Promise.resolve();
  },

  async 'Export: the graph names who reads and writes what'({ runtime }) {
    runtime.register(loop('B', { ints: strong(Int), one: weak(Str, { id: 'x' }), out: exclusive(Sentence) }));
    runtime.register(
      defineQueueController({
        name: 'A',
        ports: { ints: primary(Int), strs: mapped(Str), out: shared(Str) },
        reconcile: async () => {},
      }),
    );
    assert.deepEqual(
      runtime
        .dependencyGraph()
        .map(({ controller, kind, namespace, type, id }) =>
          [controller, kind, namespace, type, id].filter(Boolean).join(' '),
        ),
      [
        'B exclusive test/sentence',
        'A shared test/str',
        'A primary default test/int',
        'A mapped default test/str',
        'B strong default test/int',
        'B weak default test/str x',
      ],
    );
    await Promise.resolve();
  },
};
