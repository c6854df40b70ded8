import { abortReason, never, sleep, type Host, type Owner, type RateLimiter } from '@cosi-ts/core';
import type { Kind } from '@cosi-ts/resources';

/** A port's method: a resource's id, and what else it takes. */
type Method<A extends readonly unknown[], T> = (id: string, ...rest: A) => Promise<T>;
type Wrap = <A extends readonly unknown[], T>(verb: string, method: Method<A, T>) => Method<A, T>;

/** What every call of a port goes through. */
export interface Passage {
  for(kind: Kind): { readonly reads: Wrap; readonly writes: Wrap; readonly finalizers: Wrap };
}

export interface PassageOptions {
  readonly controller: string;
  readonly owner: Owner;
  readonly host: Pick<Host, 'gate' | 'pace' | 'clock' | 'timers'>;
  /** Makes changes wait. */
  readonly limiter: RateLimiter | undefined;
  /** Told about each call. */
  readonly onCall: ((kind: 'read' | 'write') => void) | undefined;
}

/**
 * A call waits for the loop's turn if this one was long enough, then for the rate of changes; in a simulation it
 * passes two points, before its effect and before its answer is seen. It does nothing for a controller that is over.
 */
export function passage(options: PassageOptions): Passage {
  return {
    for: (kind) => ({
      reads: (verb, method) => guarded(kind, verb, counted('read', method, options), options),
      writes: (verb, method) => handled(guarded(kind, verb, changing(verb, method, options), options)),
      finalizers: (verb, method) =>
        handled(guarded(kind, verb, changing(FINALIZERS[verb] ?? verb, method, options), options)),
    }),
  };
}

const FINALIZERS: Readonly<Record<string, string>> = {
  addFinalizer: 'add finalizer',
  removeFinalizer: 'remove finalizer',
};

function guarded<A extends readonly unknown[], T>(
  kind: Kind,
  verb: string,
  method: Method<A, T>,
  { controller, owner, host: { gate, pace } }: PassageOptions,
): Method<A, T> {
  if (gate === undefined) {
    return (id, ...rest) => {
      if (owner.isEnded) return refuse(owner);
      const turn = pace.yield();
      if (turn === undefined) return method(id, ...rest);
      return turn.then(() => (owner.isEnded ? refuse(owner) : method(id, ...rest)));
    };
  }
  return (id, ...rest) => {
    const place = { actor: controller, label: `${verb} ${kind.type}(${kind.namespace}/${id})` };
    const call = async (): Promise<T> => {
      await gate.pass({ kind: 'call', ...place });
      if (owner.isEnded) return refuse(owner);
      const answer = await settled(() => method(id, ...rest));
      await gate.pass({ kind: 'answer', ...place });
      return answer();
    };
    return owner.guard(call());
  };
}

/** The answer, be it an error, to be given later. */
async function settled<T>(call: () => Promise<T>): Promise<() => T> {
  try {
    const value = await call();
    return () => value;
  } catch (thrown) {
    return () => {
      throw thrown;
    };
  }
}

function refuse(owner: Owner): Promise<never> {
  return owner.isDropped ? never() : Promise.reject(abortReason(owner.signal));
}

function counted<A extends readonly unknown[], T>(
  kind: 'read' | 'write',
  method: Method<A, T>,
  { onCall }: PassageOptions,
): Method<A, T> {
  if (onCall === undefined) return method;
  return (id, ...rest) => {
    onCall(kind);
    return method(id, ...rest);
  };
}

function changing<A extends readonly unknown[], T>(
  verb: string,
  method: Method<A, T>,
  options: PassageOptions,
): Method<A, T> {
  const { controller, owner, host, limiter } = options;
  const change = counted('write', method, options);
  if (limiter === undefined) return change;
  return async (id, ...rest) => {
    const wait = limiter.take(controller, host.clock.monotonic()) ?? 0;
    if (wait > 0) await pause(verb, wait, owner, host);
    return change(id, ...rest);
  };
}

/** Who does not wait for a change must not bring the process down when it is refused. */
function handled<A extends readonly unknown[], T>(method: Method<A, T>): Method<A, T> {
  return (id, ...rest) => {
    const done = method(id, ...rest);
    done.catch(ignore);
    return done;
  };
}

async function pause(verb: string, wait: number, owner: Owner, host: PassageOptions['host']): Promise<void> {
  try {
    await sleep(host.timers, wait, owner.signal);
  } catch (thrown) {
    throw new DOMException(`${verb} rate limited: ${String(thrown)}`, { name: 'AbortError', cause: thrown });
  }
}

function ignore(): void {
  // Only so that it counts as handled.
}
