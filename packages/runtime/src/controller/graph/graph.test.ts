import { describe, expect, test } from 'vitest';
import { A, B, C } from '../engine/text-types.fixture.ts';
import { defineController } from '../loop.ts';
import { destroy } from '../operators/destroy.ts';
import { transform } from '../operators/transform.ts';
import { destroyReady, exclusive, shared, strong, weak, type LoopPorts } from '../ports.ts';
import { checkGraph } from './check.ts';
import { cyclesOf } from './cycles.ts';
import { edgesOf } from './edges.ts';
import { dependencyDot, dependencyMermaid } from './render.ts';

const named = (name: string, ports: LoopPorts) => defineController({ name, ports, reconcile: () => Promise.resolve() });

const messages = (...given: Parameters<typeof checkGraph>): readonly string[] =>
  checkGraph(...given).map(({ what, message }) => `${what}: ${message}`);

describe('the check of a graph', () => {
  test('finds nothing wrong with a chain, but for its ends', () => {
    const chain = [named('one', { a: weak(A), b: exclusive(B) }), named('two', { b: strong(B), c: exclusive(C) })];
    const orElse = '; if somebody else does, name it among the external kinds of the runtime';
    expect(messages(chain)).toEqual([
      `noProducer: no controller writes default/As.test.dev, which is read by one${orElse}`,
      `noReader: no controller reads default/Cs.test.dev, which is written by two${orElse}`,
    ]);
    expect(messages(chain, [A, C])).toEqual([]);
  });

  test('finds who feeds each other, unless they are known to come to rest', () => {
    const ring = (options: { readonly feedback?: boolean }) => [
      named('one', { a: weak(A), b: exclusive(B) }),
      named('two', { b: weak(B), c: exclusive(C) }),
      named('three', { c: weak(C, options), a: exclusive(A) }),
    ];
    expect(messages(ring({}))).toEqual([
      'cycle: controllers feed each other, and may never come to rest: one → two → three → one; if they do, declare one of the inputs with { feedback: true }',
    ]);
    expect(messages(ring({ feedback: true }))).toEqual([]);
  });

  test('finds who feeds himself, but not who waits to be rid of an output, or writes to another namespace', () => {
    expect(messages([named('one', { a: weak(A), same: exclusive(A) })])).toEqual([
      'cycle: controllers feed each other, and may never come to rest: one → one; if they do, declare one of the inputs with { feedback: true }',
    ]);
    expect(messages([named('one', { a: destroyReady(A), same: exclusive(A) })])).toEqual([]);
    expect(messages([destroy(A)])).toEqual([]);
    expect(messages([named('one', { a: weak(A.in('raw')), same: exclusive(A) })], [A, A.in('raw')])).toEqual([]);
  });

  test('finds who waits for each other with a teardown', () => {
    const holding = { inputFinalizers: true, map: () => 'x', transform: () => ({ text: '' }) };
    const found = messages([
      transform({ name: 'one', input: A, output: B, ...holding }),
      named('two', { b: strong(B), a: exclusive(A) }),
    ]);
    expect(found).toContain(
      'teardownDeadlock: each waits with its teardown for the next one’s: one → two → one; ' +
        'let one of them go of its input first, and declare that input with { holds: false }',
    );
    const letsGo = named('two', { b: strong(B, { holds: false }), a: exclusive(A) });
    expect(messages([transform({ name: 'one', input: A, output: B, ...holding }), letsGo]).join()).not.toContain(
      'teardown',
    );
  });

  test('names a knot once, by its shortest cycle', () => {
    const next = new Map([
      ['a', ['b', 'c']],
      ['b', ['c', 'a']],
      ['c', ['a']],
      ['d', ['a']],
      ['e', ['e']],
    ]);
    expect(cyclesOf(next)).toEqual([['a', 'b'], ['e']]);
  });
});

describe('the picture of a graph', () => {
  const edges = edgesOf(
    [named('say "hi"', { all: weak(A), one: strong(A, { id: 'x' }), b: shared(B) }), named('two', { c: exclusive(C) })],
    (controller, port) => {
      const declaration = controller.ports[port];
      return declaration?.direction === 'input' && declaration.ids ? new Set(declaration.ids) : undefined;
    },
  );

  test('for Graphviz', () => {
    expect(dependencyDot(edges)).toBe(`digraph {
  rankdir=LR;
  "say \\"hi\\"" [shape=box];
  "two" [shape=box];
  "As.test.dev" [shape=ellipse];
  "Bs.test.dev" [shape=ellipse];
  "Cs.test.dev" [shape=ellipse];
  "two" -> "Cs.test.dev" [label="exclusive",style=solid];
  "say \\"hi\\"" -> "Bs.test.dev" [label="shared",style=dashed];
  "As.test.dev" -> "say \\"hi\\"" [label="weak",style=dashed];
  "As.test.dev" -> "say \\"hi\\"" [label="strong x",style=solid];
}
`);
  });

  test('for Mermaid', () => {
    expect(dependencyMermaid(edges)).toBe(`flowchart LR
  n0["say #quot;hi#quot;"]
  n1["two"]
  n2(["As.test.dev"])
  n3(["Bs.test.dev"])
  n4(["Cs.test.dev"])
  n1 -->|"exclusive"| n4
  n0 -.->|"shared"| n3
  n2 -.->|"weak"| n0
  n2 -->|"strong x"| n0
`);
  });
});
