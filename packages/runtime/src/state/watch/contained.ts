// oxlint-disable-next-line house/host -- loads code: nothing that a simulation would have to replay
import { createRequire } from 'node:module';
import type * as rxjs from 'rxjs';
import type { Observable, Observer, Operator, Subscriber, Subscription } from 'rxjs';

type Rxjs = typeof rxjs;
type Report = (thrown: unknown) => void;
type Subscribe<T> = (subscriber: Subscriber<T>) => () => void;

/**
 * RxJS throws what a subscriber throws, and errors that nobody handles, in a timer of its own, where it ends the process.
 * In this observable both are reported, also behind operators, and end the subscription.
 */
export function contained<T>(report: Report, subscribe: Subscribe<T>): Observable<T> {
  loaded ??= classOf(createRequire(import.meta.url)('rxjs') as Rxjs);
  return loaded(report, subscribe);
}

/** Loaded by the first who needs it: few programs do, and it takes longer to load than all the rest. */
let loaded: (<T>(report: Report, subscribe: Subscribe<T>) => Observable<T>) | undefined;

function classOf({ Observable, Subscriber, Subscription }: Rxjs): NonNullable<typeof loaded> {
  class Contained<T> extends Observable<T> {
    readonly #report: Report;

    constructor(report: Report, subscribe?: Subscribe<T>) {
      super(subscribe);
      this.#report = report;
    }

    override lift<R>(operator?: Operator<T, R>): Observable<R> {
      const lifted = new Contained<R>(this.#report);
      lifted.source = this;
      lifted.operator = operator;
      return lifted;
    }

    override subscribe(observer?: Partial<Observer<T>> | ((value: T) => void) | null): Subscription {
      if (observer instanceof Subscriber) return super.subscribe(observer);
      const given: Partial<Observer<T>> = typeof observer === 'function' ? { next: observer } : (observer ?? {});
      const subscription = new Subscription();
      const call = (one: () => void): void => {
        try {
          if (!subscription.closed) one();
        } catch (thrown) {
          this.#report(thrown);
          subscription.unsubscribe();
        }
      };
      const end = (one: () => void): void => {
        call(one);
        subscription.unsubscribe();
      };
      const inner = super.subscribe({
        next: (value) => call(() => given.next?.(value)),
        error: (thrown: unknown) => end(() => (given.error === undefined ? this.#report(thrown) : given.error(thrown))),
        complete: () => end(() => given.complete?.()),
      });
      subscription.add(inner);
      return subscription;
    }
  }
  return (report, subscribe) => new Contained(report, subscribe);
}
