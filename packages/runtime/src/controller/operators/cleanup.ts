import type { Resource, ResourceType } from '@cosi-ts/resources';
import { NotFoundError } from '../../state/errors.ts';
import type { Finalizers } from '../../state/collection.ts';
import type { Controller, Keys, OpenPorts, ReconcileContext } from '../controller.ts';
import { primary, type InputPort, type PortsOf, type QueuePorts } from '../ports.ts';

/** What has to be done before a resource may go. */
export interface CleanupHandler<I> {
  /** By names that are the same for the same port, so that handlers can share one. */
  readonly ports: QueuePorts;
  start(): CleanupRun<I>;
}

/** A handler in one run of its controller. */
export interface CleanupRun<I> {
  /** The ids of the inputs that a change of one of its ports concerns. */
  keysOf(port: string, id: string, resource: Resource | undefined): Keys;
  /** @throws SkipReconcileError as long as the input may not go */
  remove(input: Resource<I>, ports: OpenPorts, context: ReconcileContext): Promise<void>;
}

/** A handler of one's own, with its ports by their types. */
export function cleanupHandler<I, const P extends QueuePorts>(handler: {
  readonly ports: P;
  start(): {
    keysOf(port: string, id: string, resource: Resource | undefined): Keys;
    remove(input: Resource<I>, ports: PortsOf<P>, context: ReconcileContext): Promise<void>;
  };
}): CleanupHandler<I> {
  const { ports } = handler;
  return {
    ports,
    start() {
      const run = handler.start();
      return {
        keysOf: (port, id, resource) => run.keysOf(port, id, resource),
        remove: (input, opened, context) => run.remove(input, opened as PortsOf<P>, context),
      };
    },
  };
}

/**
 * Holds every resource of a type by a finalizer, named like the controller. When one is torn down, the handler cleans
 * up after it; then it is let go.
 */
export function cleanup<I>(definition: {
  readonly name: string;
  readonly input: ResourceType<I>;
  readonly handler: CleanupHandler<I>;
  /** How many resources are cleaned up after at the same time; 1 by default. */
  readonly concurrency?: number;
}): Controller {
  const { name, input, handler, concurrency = 1 } = definition;
  return {
    name,
    style: 'queue',
    ports: { ...handler.ports, input: primary(input, { holds: true }) },
    concurrency,
    start() {
      const run = handler.start();
      return {
        keysOf: (port, id, resource) => (port === 'input' ? [id] : run.keysOf(port, id, resource)),
        reconcile: async (ports, id, context) => {
          const port = ports['input'] as InputPort<I> & Finalizers;
          const found = await port.find(id);
          if (found === undefined) return;
          const isHeld = found.metadata.finalizers.includes(name);
          try {
            if (found.metadata.phase === 'running') {
              if (!isHeld) await port.addFinalizer(id, name);
            } else if (isHeld) {
              await run.remove(found, ports, context);
              await port.removeFinalizer(id, name);
            }
          } catch (thrown) {
            if (!(thrown instanceof NotFoundError)) throw thrown;
          }
        },
      };
    },
  };
}
