import { kindKey, type Kind } from '@cosi-ts/resources';
import type { Controller } from '../controller.ts';
import type { Input, Output } from '../ports.ts';
import { cyclesOf } from './cycles.ts';

/**
 * Something about a set of controllers that may be a mistake. `cycle`: controllers feed each other, so that they may
 * never come to rest; an input declared with `feedback` says that they do. `teardownDeadlock`: each of them holds what
 * the one before makes, until what it makes itself is gone. `noProducer`, `noReader`: a kind that no controller writes,
 * or reads.
 */
export interface GraphFinding {
  readonly what: 'cycle' | 'teardownDeadlock' | 'noProducer' | 'noReader';
  /** In the order of the cycle, or of their names. */
  readonly controllers: readonly string[];
  readonly kind: Kind | undefined;
  /** One line for a person: what is found, and what to do. */
  readonly message: string;
}

/**
 * What can be told of controllers before they run.
 * @param external kinds that others than these controllers read and write
 */
export function checkGraph(
  controllers: readonly Controller[],
  external: readonly Kind[] = [],
): readonly GraphFinding[] {
  const isExternal = new Set(external.map(kindKey));
  return [
    ...cycles(controllers, ({ feedback }) => !feedback).map((cycle): GraphFinding => ({
      what: 'cycle',
      controllers: cycle,
      kind: undefined,
      message:
        `controllers feed each other, and may never come to rest: ${circle(cycle)}; ` +
        'if they do, declare one of the inputs with { feedback: true }',
    })),
    ...cycles(controllers, ({ holds }) => holds).map((cycle): GraphFinding => ({
      what: 'teardownDeadlock',
      controllers: cycle,
      kind: undefined,
      message:
        `each waits with its teardown for the next one’s: ${circle(cycle)}; ` +
        'let one of them go of its input first, and declare that input with { holds: false }',
    })),
    ...unmatched(inputsOf, outputsOf, controllers, isExternal).map(({ kind, names }): GraphFinding => ({
      what: 'noProducer',
      controllers: names,
      kind,
      message: `no controller writes ${kindKey(kind)}, which is read by ${names.join(', ')}; ${ELSE}`,
    })),
    ...unmatched(outputsOf, inputsOf, controllers, isExternal).map(({ kind, names }): GraphFinding => ({
      what: 'noReader',
      controllers: names,
      kind,
      message: `no controller reads ${kindKey(kind)}, which is written by ${names.join(', ')}; ${ELSE}`,
    })),
  ];
}

const ELSE = 'if somebody else does, name it among the external kinds of the runtime';

function circle(cycle: readonly string[]): string {
  return [...cycle, cycle[0]].join(' → ');
}

function inputsOf({ ports }: Controller): readonly Input[] {
  return Object.values(ports).filter((port) => port.direction === 'input');
}

function outputsOf({ ports }: Controller): readonly Output[] {
  return Object.values(ports).filter((port) => port.direction === 'output');
}

/** Cycles through inputs that count. One that waits to be rid of an output is no way to feed anybody. */
function cycles(controllers: readonly Controller[], counts: (input: Input) => boolean): readonly (readonly string[])[] {
  const readers = new Map<string, string[]>();
  for (const controller of controllers) {
    for (const input of inputsOf(controller)) {
      if (!counts(input) || input.kind === 'destroyReady' || input.kind === 'mappedDestroyReady') continue;
      const key = kindKey(input.type);
      readers.set(key, [...(readers.get(key) ?? []), controller.name]);
    }
  }
  const next = new Map(
    controllers.map((controller) => {
      const fed = outputsOf(controller).flatMap(({ type }) => readers.get(kindKey(type)) ?? []);
      return [controller.name, [...new Set(fed)]];
    }),
  );
  return cyclesOf(next);
}

function unmatched(
  these: (controller: Controller) => readonly (Input | Output)[],
  others: (controller: Controller) => readonly (Input | Output)[],
  controllers: readonly Controller[],
  isExternal: ReadonlySet<string>,
): readonly { readonly kind: Kind; readonly names: readonly string[] }[] {
  const matched = new Set(controllers.flatMap((controller) => others(controller).map(({ type }) => kindKey(type))));
  const found = new Map<string, { readonly kind: Kind; readonly names: Set<string> }>();
  for (const controller of controllers) {
    for (const { type } of these(controller)) {
      const key = kindKey(type);
      if (matched.has(key) || isExternal.has(key)) continue;
      const known = found.get(key) ?? { kind: { namespace: type.namespace, type: type.type }, names: new Set() };
      known.names.add(controller.name);
      found.set(key, known);
    }
  }
  return [...found.values()].map(({ kind, names }) => ({ kind, names: [...names].sort() }));
}
