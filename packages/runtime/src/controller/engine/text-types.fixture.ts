import type { Host, Owner } from '@cosi-ts/core';
import { resourceType, type ResourceType } from '@cosi-ts/resources';
import { MemoryState } from '../../state/memory-state.ts';
import { ControllerRuntime } from './runtime.ts';

/** The spec of the types that the engine is tested with. */
export interface Text {
  readonly text: string;
}

function textType(type: string): ResourceType<Text> {
  return resourceType<Text>({
    namespace: 'default',
    type,
    displayType: type,
    columns: [],
    sensitive: false,
    aliases: [],
    allAliases: [],
    spec: {
      validate: (value) => value as Text,
      freeze: (spec) => Object.freeze(spec),
      equals: (a, b) => a.text === b.text,
      encode: () => new Uint8Array(),
      decode: () => ({ text: '' }),
      toYaml: () => '',
      toPlain: (spec) => spec,
      fromPlain: (value) => value as Text,
    },
  });
}

export const A = textType('As.test.dev');
export const B = textType('Bs.test.dev');
export const C = textType('Cs.test.dev');

/** A runtime on an empty state. */
export function start({ host, owner }: { readonly host: Host; readonly owner: Owner }) {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => undefined } });
  return { state, runtime: new ControllerRuntime({ state, host, owner }) };
}
