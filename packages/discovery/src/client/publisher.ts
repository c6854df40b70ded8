import { Backoff, messageOf, RpcError, type Host } from '@cosi-ts/core';
import type { Announcement, LocalPublication, Publication } from './publication.ts';
import type { Service } from './service.ts';
import { changeOrTime, type WaitOptions } from './wait.ts';

export interface PublisherOptions extends WaitOptions {
  readonly host: Host;
  readonly service: Service;
  readonly publication: LocalPublication;
  /** This node. */
  readonly affiliateId: string;
  /** Milliseconds. */
  readonly ttl: number;
  /** Called when the service has acknowledged everything, again after each refresh. */
  readonly onPublished: () => void;
  /** Called when something is to be published that the service does not know yet. */
  readonly onPending: () => void;
  /** Called when the service refuses what this node says of itself; it is tried again. */
  readonly onRefused: (message: string) => void;
}

/** One call: to say what is so, or that this node is gone. */
type Step = Announcement | Extract<Publication, { kind: 'withdrawn' }>;

/**
 * Keeps the service told: at once what changed, every half TTL everything. Every step looks at the newest
 * publication, and what this node says of itself goes first. It ends only by throwing, when the connection is lost.
 */
export async function keepPublished(options: PublisherOptions): Promise<never> {
  const { host, publication, ttl } = options;
  const backoff = new Backoff(host.random);
  const told = new Set<Step>();
  let refreshAt = host.clock.monotonic() + ttl / 2;
  for (;;) {
    const now = host.clock.monotonic();
    if (now >= refreshAt) {
      told.clear();
      refreshAt = now + ttl / 2;
    }
    const { position } = publication.table;
    const step = stepsOf(publication.current).find((step) => !told.has(step));
    let wait = refreshAt - now;
    if (step === undefined) {
      options.onPublished();
    } else {
      options.onPending();
      // One call after the other: the service counts calls, and the newest publication decides on the next.
      if (await tell(step, options)) {
        told.add(step);
        if (isOwn(step, options)) backoff.reset();
        continue;
      }
      wait = backoff.next();
    }
    await changeOrTime(publication.table, position, wait, options);
  }
}

function stepsOf(publication: Publication | undefined): readonly Step[] {
  if (publication === undefined) return [];
  return publication.kind === 'withdrawn' ? [publication] : [publication.own, ...publication.peers];
}

function isOwn(step: Step, { affiliateId }: PublisherOptions): boolean {
  return 'kind' in step || step.affiliateId === affiliateId;
}

/** Whether it is done with for now. @throws if the connection is lost */
async function tell(step: Step, options: PublisherOptions): Promise<boolean> {
  const { service, host } = options;
  try {
    if ('kind' in step) {
      await service.remove(options.affiliateId);
      step.acknowledged();
    } else {
      await service.update(step);
    }
    return true;
  } catch (thrown) {
    if (!isRefusal(thrown)) throw thrown;
    const error = messageOf(thrown);
    if (!isOwn(step, options)) {
      // Somebody else's list is full, or its id is bad: that must not keep us from speaking for ourselves.
      host.log.warn('endpoints of another affiliate refused', { affiliate: (step as Announcement).affiliateId, error });
      return true;
    }
    options.onRefused(error);
    host.log.warn('publication refused', { error });
    return false;
  }
}

/** The service is there and takes what we say for wrong or too much; a new connection would not help. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof RpcError && (thrown.status === 'RESOURCE_EXHAUSTED' || thrown.status === 'INVALID_ARGUMENT');
}
