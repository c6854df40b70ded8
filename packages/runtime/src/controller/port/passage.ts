import { abortReason, never, sleep, type Host, type Owner, type RateLimiter, type Runner } from '@cosi-ts/core';
import type { Kind } from '@cosi-ts/resources';

/** A port's method: a resource's id, and up to two things more. It may answer at once, without a promise. */
type Method<A, B, R> = (id: string, a: A, b: B) => R;
/** What answers at once still does, unless something is in the way. */
type Answer<R> = R | Promise<Awaited<R>>;
type FinalizerMethod = (id: string, ...finalizers: readonly string[]) => Promise<void>;
/** Lets a method be called only as the passage allows. */
export type Wrap = <A, B, R>(verb: string, method: Method<A, B, R>) => Method<A, B, Answer<R>>;

/** What every call of a port goes through. */
export interface Passage {
  for(kind: Kind): {
    readonly reads: Wrap;
    /** From what is at hand: nobody else is asked. */
    readonly cachedReads: Wrap;
    readonly writes: Wrap;
    readonly finalizers: (verb: string, method: FinalizerMethod) => FinalizerMethod;
  };
}

export interface PassageOptions {
  readonly controller: string;
  readonly owner: Owner;
  readonly host: Pick<Host, 'gate' | 'pace' | 'clock' | 'timers'>;
  /** Who calls. */
  readonly runner: Runner;
  /** Whether reads may fail as such, since somebody else is asked. */
  readonly isFar: boolean;
  /** Makes changes wait. */
  readonly limiter: RateLimiter | undefined;
  /** Told about each call. */
  readonly onCall: ((kind: 'read' | 'write') => void) | undefined;
  /** Told about each read that is not from what is at hand. */
  readonly onUncachedRead?: ((verb: string, kind: Kind) => void) | undefined;
}

/**
 * A call waits for the loop's turn if this one was long enough, then for the rate of changes; in a simulation it
 * passes two points, before its effect and before its answer is seen. It does nothing for a controller that is over.
 */
export function passage(options: PassageOptions): Passage {
  return {
    for: (kind) => ({
      reads: (verb, method) => read(verb, guarded(kind, verb, counted(kind, verb, method, options), options), options),
      cachedReads: (verb, method) => handled(guarded(kind, verb, method, options)),
      writes: (verb, method) => handled(guarded(kind, verb, changing(verb, method, options), options)),
      finalizers: (verb, method) => {
        const change = changing(
          verb === 'addFinalizer' ? 'add finalizer' : 'remove finalizer',
          (id: string, finalizers: readonly string[]) => method(id, ...finalizers),
          options,
        );
        const call = handled(guarded(kind, verb, change, options));
        return (id, ...finalizers) => call(id, finalizers, undefined);
      },
    }),
  };
}

function guarded<A, B, R>(
  kind: Kind,
  verb: string,
  method: Method<A, B, R>,
  { controller, owner, runner, host: { gate, pace } }: PassageOptions,
): Method<A, B, Answer<R>> {
  if (gate === undefined) {
    return (id, a, b) => {
      if (owner.isEnded) return refuse(owner);
      const turn = pace.yield(runner);
      if (turn === undefined) return method(id, a, b);
      return turn.then(() => (owner.isEnded ? refuse(owner) : method(id, a, b))) as Promise<Awaited<R>>;
    };
  }
  return (id, a, b) => {
    const place = { actor: controller, label: `${verb} ${kind.type}(${kind.namespace}/${id})` };
    const call = async (): Promise<Awaited<R>> => {
      await gate.pass({ kind: 'call', ...place });
      if (owner.isEnded) return refuse(owner);
      const answer = await settled(() => method(id, a, b));
      await gate.pass({ kind: 'answer', ...place });
      return answer();
    };
    return seenTo(owner.guard(call()));
  };
}

/** The answer, be it an error, to be given later. */
async function settled<R>(call: () => R): Promise<() => Awaited<R>> {
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

function counted<A, B, R>(
  kind: Kind,
  verb: string,
  method: Method<A, B, R>,
  { onCall, onUncachedRead }: PassageOptions,
): Method<A, B, R> {
  if (onCall === undefined && onUncachedRead === undefined) return method;
  return (id, a, b) => {
    onCall?.('read');
    onUncachedRead?.(verb, kind);
    return method(id, a, b);
  };
}

function changing<A, B, R>(
  verb: string,
  method: Method<A, B, R>,
  { controller, owner, host, limiter, onCall }: PassageOptions,
): Method<A, B, Answer<R>> {
  if (limiter === undefined && onCall === undefined) return method;
  return (id, a, b) => {
    const change = (): R => {
      onCall?.('write');
      return method(id, a, b);
    };
    const wait = limiter?.take(controller, host.clock.monotonic()) ?? 0;
    return wait > 0 ? (pause(verb, wait, owner, host).then(change) as Promise<Awaited<R>>) : change();
  };
}

async function pause(verb: string, wait: number, owner: Owner, host: PassageOptions['host']): Promise<void> {
  try {
    await sleep(host.timers, wait, owner.signal);
  } catch (thrown) {
    throw new DOMException(`${verb} rate limited: ${String(thrown)}`, { name: 'AbortError', cause: thrown });
  }
}

/** In memory only `get` has anything to refuse, and what is read often is not made dearer. */
function read<A, B, R>(verb: string, method: Method<A, B, R>, { isFar }: PassageOptions): Method<A, B, R> {
  return isFar || verb === 'get' ? handled(method) : method;
}

/** Who does not wait for an answer must not bring the process down when it is refused. */
function handled<A, B, R>(method: Method<A, B, R>): Method<A, B, R> {
  return (id, a, b) => {
    const done = method(id, a, b);
    if (done instanceof Promise) done.catch(ignore);
    return done;
  };
}

/** A promise whose rejection brings nothing down if nobody waits for it. */
export function seenTo<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {
  // Only so that it counts as handled.
}
