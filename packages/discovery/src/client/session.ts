import { Buffer } from 'node:buffer';
import { linkedAbort, type Host, type Owner } from '@cosi-ts/core';
import type { KnownAffiliates } from './known-affiliates.ts';
import type { DiscoveryClientOptions } from './options.ts';
import type { LocalPublication } from './publication.ts';
import { keepPublished } from './publisher.ts';
import type { PublishedAffiliate } from '../wire/messages.ts';
import { connectService, type Service } from './service.ts';
import type { StatusBoard } from './status.ts';

/** What sessions share, one after the other. */
export interface SessionContext {
  readonly host: Host;
  readonly owner: Owner;
  readonly options: DiscoveryClientOptions;
  readonly known: KnownAffiliates;
  readonly publication: LocalPublication;
  readonly status: StatusBoard;
  /** Called when the service answered and sent us nowhere else. */
  readonly onSettled: () => void;
  /** Called when the watch has told what there is. */
  readonly onConnected: () => void;
  /** Called when the service has acknowledged all we have to say, again after each refresh. */
  readonly onPublished: () => void;
}

/**
 * One connection from Hello to its end: it watches and publishes. Gives the endpoint that the service redirects to;
 * otherwise it ends only by throwing. Nothing of it goes on after that.
 */
export async function runSession(context: SessionContext, endpoint: string): Promise<string> {
  const ended = linkedAbort(context.owner.signal);
  const { signal } = ended;
  const { insecure, tls, clusterId, clientVersion, ttl } = context.options;
  const service = connectService(endpoint, {
    host: context.host,
    tls: insecure === true ? undefined : (tls ?? {}),
    clusterId,
    clientVersion: clientVersion ?? '',
    ttl,
    signal,
  });
  const work: Promise<never>[] = [];
  try {
    const { redirect = '', clientIp } = await service.hello();
    if (redirect !== '' && redirect !== endpoint) return redirect;
    context.onSettled();
    context.status.update({ publicIp: addressOf(clientIp, context.status.current.publicIp) });
    work.push(follow(service, context), publish(service, context, signal));
    return await Promise.race(work);
  } finally {
    ended.abort();
    service.close();
    await Promise.allSettled(work);
  }
}

/** The first message is everything there is, each later one a change. */
async function follow(service: Service, context: SessionContext): Promise<never> {
  const { known } = context;
  const watch = service.watch();
  const { affiliates, unreadable } = await watch.next();
  known.skip(unreadable);
  await known.replace(affiliates);
  context.onConnected();
  for (;;) {
    const { affiliates, deleted, unreadable } = await watch.next();
    known.skip(unreadable);
    if (deleted) known.remove(affiliates.map(({ id }) => id));
    else await known.update(affiliates);
    heal(affiliates, deleted, context);
  }
}

/** Somebody else deleted this node, or it expired: what is left of it, if anything, is what its peers say. */
function heal(affiliates: readonly PublishedAffiliate[], deleted: boolean, context: SessionContext): void {
  const { host, options, publication } = context;
  const own = affiliates.find(({ id }) => id === options.affiliateId);
  if (own === undefined || publication.current?.kind !== 'announced') return;
  if (!deleted && own.data.length > 0) return;
  // A shell is no news: it is there before the first publication, if a peer was faster.
  if (deleted) host.log.warn('deleted by somebody else: publishing again');
  publication.repeat();
}

function publish(service: Service, context: SessionContext, signal: AbortSignal): Promise<never> {
  const { host, owner, options, publication, status } = context;
  return keepPublished({
    host,
    owner,
    signal,
    service,
    publication,
    timers: host.timers,
    affiliateId: options.affiliateId,
    ttl: options.ttl,
    onPublished: context.onPublished,
    onPending: () => status.update({ published: false }),
    onRefused: (message) => status.failed(message),
  });
}

/** The known address if it is still the same, so that nobody wakes for nothing. */
function addressOf(ip: Uint8Array, before: Uint8Array | undefined): Uint8Array | undefined {
  if (before !== undefined && Buffer.compare(ip, before) === 0) return before;
  return ip.length === 4 || ip.length >= 16 ? new Uint8Array(ip) : undefined;
}
