import { Backoff, messageOf, ownedHost, type Host, type Owner, type RateLimiter } from '@cosi-ts/core';
import { OwnWrites } from '../../state/cached/own-writes.ts';
import type { Controller } from '../controller.ts';
import type { ControllerLoad, RuntimeObserver } from '../metrics/observer.ts';
import type { AccessOptions } from './access.ts';
import { Aims } from './aims.ts';
import { Incarnation } from './incarnation.ts';

export interface InstanceOptions {
  readonly reads: AccessOptions;
  readonly host: Host;
  readonly owner: Owner;
  readonly limiter: RateLimiter | undefined;
  readonly observer: RuntimeObserver | undefined;
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
  /** Whatever it wrote, in any of its runs. */
  readonly #own = new OwnWrites();
  #isFinished = false;

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
    return this.#isFinished || (this.#incarnation?.isIdle ?? false);
  }

  /** What it has to do at this moment. */
  load(): ControllerLoad {
    return this.#incarnation?.load() ?? { depth: 0, active: 0, unfinished: 0, longest: 0 };
  }

  start(): void {
    const { reads, owner, limiter, observer, grace } = this.#options;
    if (!owner.isOpen || this.#incarnation !== undefined) return;
    const incarnation = new Incarnation({
      controller: this.controller,
      reads,
      own: this.#own,
      host: this.#host,
      parent: owner,
      aims: this.aims,
      limiter,
      observer,
      grace,
      succeeded: () => this.#backoff.reset(),
      finished: () => this.#finish(incarnation),
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

  #finish(incarnation: Incarnation): void {
    this.#isFinished = true;
    this.#incarnation = undefined;
    this.#host.log.debug('controller finished');
    void this.#close(incarnation);
  }

  #restart(failed: Incarnation, thrown: unknown): void {
    const { owner } = this.#options;
    if (failed !== this.#incarnation || !owner.isOpen) return;
    this.#incarnation = undefined;
    this.#options.observer?.crashed?.(this.controller.name, thrown);
    const delay = this.#backoff.next();
    const { log, timers } = this.#host;
    log.error('controller failed', { error: messageOf(thrown), restartIn: Math.round(delay) });
    const again = (): void => {
      if (owner.isOpen) timers.after(delay, () => this.start());
    };
    void this.#close(failed).then(again);
  }

  /** Never rejects. */
  async #close({ owner }: Incarnation): Promise<void> {
    try {
      await owner.close();
    } catch (thrown) {
      this.#host.log.error('controller did not stop cleanly', { error: messageOf(thrown) });
    }
  }
}
