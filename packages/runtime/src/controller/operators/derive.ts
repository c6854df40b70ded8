import { compareUtf8, type Logger } from '@cosi-ts/core';
import type { Resource, ResourceType } from '@cosi-ts/resources';
import type { Reader } from '../../state/collection.ts';
import type { Controller, Run } from '../controller.ts';
import { exclusive, mapped, shared, type OutputKind, type PortDeclarations } from '../ports.ts';
import { removeOutput, writeOutput, type OutputPort } from './outputs.ts';

/** What an operator is declared by: inputs are grouped by the id of the output they make together. */
export interface Derivation<I, O> {
  readonly name: string;
  readonly input: ResourceType<I>;
  readonly output: ResourceType<O>;
  readonly outputKind?: OutputKind;
  /** Narrows the input to one resource. */
  readonly inputId?: string;
  /** The id of the output that an input belongs to; undefined: to none. */
  readonly group: (input: Resource<I>) => string | undefined;
  /** The output of a group, its inputs in the order of their ids; undefined: there shall be none. */
  readonly derive: (inputs: readonly Resource<I>[], id: string, log: Logger) => O | undefined;
}

/**
 * The engine of the declarative operators. It remembers which inputs make up which output, so that a changed
 * input costs the work of its own output (of two, if it moved), whatever the number of the others.
 */
export function deriveController<I, O>(derivation: Derivation<I, O>): Controller {
  const { name, input, inputId, output } = derivation;
  const ports: PortDeclarations = {
    input: mapped(input, inputId === undefined ? {} : { id: inputId }),
    output: (derivation.outputKind === 'shared' ? shared : exclusive)(output),
  };
  return { name, ports, concurrency: 1, failure: 'key', start: ({ log }) => newRun(derivation, log) };
}

interface Ports<I, O> {
  readonly input: Reader<I>;
  readonly output: OutputPort<O>;
}

function newRun<I, O>(derivation: Derivation<I, O>, log: Logger): Run {
  const groupOf = new Map<string, string>();
  const members = new Map<string, Set<string>>();

  const move = (id: string, to: string | undefined): readonly string[] => {
    const from = groupOf.get(id);
    if (from !== undefined && from !== to) {
      const group = members.get(from);
      group?.delete(id);
      if (group?.size === 0) members.delete(from);
      groupOf.delete(id);
    }
    if (to !== undefined && from !== to) {
      groupOf.set(id, to);
      const group = members.get(to) ?? new Set();
      members.set(to, group.add(id));
    }
    if (from === undefined || from === to) return to === undefined ? [] : [to];
    return to === undefined ? [from] : [from, to];
  };

  return {
    /** Outputs left by an earlier run, whose inputs may be gone. */
    initialKeys: async (ports) => {
      const outputs = await (ports as unknown as Ports<I, O>).output.list();
      return outputs.filter(({ metadata }) => metadata.owner === derivation.name).map(({ metadata }) => metadata.id);
    },
    keysOf: (port, id, resource) => {
      if (port === 'output') return [id];
      return move(id, resource === undefined ? undefined : derivation.group(resource as Resource<I>));
    },
    reconcile: async (untyped, id) => {
      const ports = untyped as unknown as Ports<I, O>;
      const ids = [...(members.get(id) ?? [])].sort(compareUtf8);
      const inputs: Resource<I>[] = [];
      for (const inputId of ids) {
        const found = await ports.input.find(inputId);
        // One that moved or went meanwhile wakes us again.
        if (found !== undefined && derivation.group(found) === id) inputs.push(found);
      }
      const spec = inputs.length === 0 ? undefined : derivation.derive(inputs, id, log);
      // An output that is held, or another's, wakes us when it is let go or gone.
      if (spec === undefined) await removeOutput(ports.output, id, derivation.name);
      else if (!(await writeOutput(ports.output, id, spec, derivation.name))) log.debug('output not written', { id });
    },
  };
}
