import { Backoff, messageOf, ownedHost, type Host, type Owner, type RateLimiter } from '@cosi-ts/core';
import type { State } from '../../state/state.ts';
import type { Controller } from '../controller.ts';
import { Aims } from './aims.ts';
import { Incarnation } from './incarnation.ts';

export interface InstanceOptions {
  readonly state: State;
  readonly host: Host;
  readonly owner: Owner;
  readonly limiter: RateLimiter | undefined;
  /** Milliseconds that a reconcile may go on after it was told to stop. */
  readonly grace: number;
}

/** One controller, kept running: started anew after a backoff when it fails. A neighbour never notices. */
export class ControllerInstance {
  readonly controller: Controller;
  readonly aims: Aims;
  readonly #options: InstanceOptions;
  readonly #host: Host;
  readonly #backoff: Backoff;
  #incarnation: Incarnation | undefined;

  constructor(controller: Controller, options: InstanceOptions) {
    const { host, owner } = options;
    this.controller = controller;
    this.aims = new Aims(controller.ports);
    this.#options = options;
    this.#host = { ...ownedHost(host, owner), log: host.log.child({ controller: controller.name }) };
    this.#backoff = new Backoff(host.random);
  }

  /** Whether nothing is to do: no key in line or under way, and no input unread. */
  get isIdle(): boolean {
    return this.#incarnation?.isIdle ?? false;
  }

  start(): void {
    const { state, owner, limiter, grace } = this.#options;
    if (!owner.isOpen || this.#incarnation !== undefined) return;
    const incarnation = new Incarnation({
      controller: this.controller,
      state,
      host: this.#host,
      parent: owner,
      aims: this.aims,
      limiter,
      grace,
      succeeded: () => this.#backoff.reset(),
      failed: (thrown) => this.#restart(incarnation, thrown),
    });
    this.#incarnation = incarnation;
    incarnation.start();
  }

  /** A crash: whatever it was doing vanishes, and it starts anew at once. One that waits for its restart does so. */
  crash(): void {
    const crashed = this.#incarnation;
    if (crashed === undefined) return;
    crashed.owner.drop();
    this.#incarnation = undefined;
    this.start();
  }

  #restart(failed: Incarnation, thrown: unknown): void {
    const { owner } = this.#options;
    if (failed !== this.#incarnation || !owner.isOpen) return;
    this.#incarnation = undefined;
    const delay = this.#backoff.next();
    const { log, timers } = this.#host;
    log.error('controller failed', { error: messageOf(thrown), restartIn: Math.round(delay) });
    const again = (): void => {
      if (owner.isOpen) timers.after(delay, () => this.start());
    };
    failed.owner.close().then(again, (error: unknown) => {
      log.error('controller did not stop cleanly', { error: messageOf(error) });
      again();
    });
  }
}
