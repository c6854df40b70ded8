import type { Resource, ResourceType } from '@cosi-ts/resources';
import { NotFoundError, PendingFinalizersError } from '../../state/errors.ts';
import type { Writer } from '../../state/collection.ts';
import { SkipReconcileError } from '../outcome.ts';
import { mapped, shared, type InputPort, type PortDeclaration, type QueuePorts } from '../ports.ts';
import type { CleanupHandler } from './cleanup.ts';
import { GroupIndex } from './group-index.ts';

/** The id of the input that a resource was made for; undefined: of none. */
type ParentOf<O> = (output: Resource<O>) => string | undefined;

/** Waits until nothing is left that was made for the input. */
export function hasNoOutputs<O>(output: ResourceType<O>, parentOf: ParentOf<O>): CleanupHandler<unknown> {
  const port = inputName(output);
  return {
    ports: { [port]: mapped(output) },
    start: () => ({
      keysOf: followParents(port, parentOf),
      async remove({ metadata }, ports) {
        // What is decided here cannot be taken back: it is looked up, not remembered.
        const outputs = await (ports[port] as InputPort<O>).uncached.list();
        if (outputs.some((one) => parentOf(one) === metadata.id)) {
          throw new SkipReconcileError(`${output.displayType} of ${metadata.id} are still there`);
        }
      },
    }),
  };
}

/** Removes what was made for the input and is owned by nobody, or by one of `extraOwners`; waits until it is gone. */
export function removeOutputs<O>(
  output: ResourceType<O>,
  parentOf: ParentOf<O>,
  options: { readonly extraOwners?: readonly string[] } = {},
): CleanupHandler<unknown> {
  const owners = ['', ...(options.extraOwners ?? [])];
  const input = inputName(output);
  const port = `output ${output.namespace}/${output.type}`;
  return {
    ports: { [input]: mapped(output), [port]: shared(output) },
    start: () => ({
      keysOf: followParents(input, parentOf),
      async remove({ metadata }, ports) {
        const outputs = await (ports[input] as InputPort<O>).uncached.list();
        const ours = outputs.filter((one) => parentOf(one) === metadata.id && owners.includes(one.metadata.owner));
        let waiting = 0;
        for (const one of ours) if (!(await remove(ports[port] as Writer<O>, one))) waiting += 1;
        if (waiting > 0)
          throw new SkipReconcileError(`${waiting} ${output.displayType} of ${metadata.id} are still held`);
      },
    }),
  };
}

/** Several handlers, in their order: a later one has its turn when those before are done. */
export function combine<I>(...handlers: readonly CleanupHandler<I>[]): CleanupHandler<I> {
  if (handlers.length === 0) throw new TypeError('combine() takes at least one handler');
  const ports: Record<string, PortDeclaration> = {};
  for (const [name, declaration] of handlers.flatMap((handler) => Object.entries(handler.ports))) {
    const other = ports[name];
    if (other !== undefined && other.kind !== declaration.kind) {
      throw new TypeError(`input "${declaration.type.type}" has different kinds: ${other.kind}, ${declaration.kind}`);
    }
    ports[name] = declaration;
  }
  return {
    ports: ports as QueuePorts,
    start() {
      const runs = handlers.map((handler) => ({ handler, run: handler.start() }));
      return {
        keysOf: (port, id, resource) =>
          runs.flatMap(({ handler, run }) => (port in handler.ports ? run.keysOf(port, id, resource) : [])),
        async remove(input, ports, context) {
          for (const { run } of runs) await run.remove(input, ports, context);
        },
      };
    },
  };
}

function inputName({ namespace, type }: ResourceType): string {
  return `input ${namespace}/${type}`;
}

/** What an output was made for is remembered, to be woken also when it is gone. */
function followParents<O>(port: string, parentOf: ParentOf<O>) {
  const parents = new GroupIndex();
  return (changed: string, id: string, resource: Resource | undefined): readonly string[] =>
    changed === port ? parents.move(id, resource && parentOf(resource as Resource<O>)) : [];
}

/** @returns whether it is gone */
async function remove<O>(port: Writer<O>, { metadata: { id, owner } }: Resource<O>): Promise<boolean> {
  try {
    if (!(await port.teardown(id, { owner }))) return false;
    await port.destroy(id, { owner });
    return true;
  } catch (thrown) {
    if (thrown instanceof NotFoundError) return true;
    // Somebody took hold of it just now.
    if (thrown instanceof PendingFinalizersError) return false;
    throw thrown;
  }
}
