import { Buffer } from 'node:buffer';
import { RpcError, type RpcService, type ServerCall } from '@cosi-ts/core';
import { joinEntries } from '../../wire/entries.ts';
import { MalformedMessageError } from '../../wire/malformed.ts';
import { affiliateDeleteRequest, clusterRequest, helloRequest, helloResponse } from '../../wire/messages.ts';
import { decodeUpdate } from '../../wire/packed-update.ts';
import { checkAffiliateId, checkClusterId, checkUpdate } from '../limits.ts';
import { versionLabel } from '../version-label.ts';
import type { DiscoveryObserver } from '../observe/observer.ts';
import type { Clusters } from '../state/clusters.ts';
import { answerHello, type HelloOptions } from './hello.ts';
import type { Watches } from './watches.ts';

export interface RpcServiceParts {
  readonly clusters: Clusters;
  readonly watches: Watches;
  readonly hello: HelloOptions;
  readonly observer?: DiscoveryObserver | undefined;
}

const NAME = 'sidero.discovery.server.Cluster';
const EMPTY: Uint8Array = Buffer.alloc(0);

/** The service's five methods. */
export function discoveryRpcService({ clusters, watches, hello, observer }: RpcServiceParts): RpcService {
  return {
    name: NAME,
    unary: new Map([
      unary('Hello', helloRequest.decode, (request, call) => {
        // Before it is checked: refused ones count as well.
        observer?.hello(versionLabel(request.clientVersion));
        return helloResponse.encode(answerHello(request, call, hello));
      }),
      unary('AffiliateUpdate', decodeUpdate, (request) => {
        checkUpdate(request);
        clusters.update(request);
        return EMPTY;
      }),
      unary('AffiliateDelete', affiliateDeleteRequest.decode, (request) => {
        checkClusterId(request.clusterId);
        checkAffiliateId(request.affiliateId);
        clusters.delete(request);
        return EMPTY;
      }),
      unary('List', clusterRequest.decode, ({ clusterId }) => {
        checkClusterId(clusterId);
        return joinEntries(
          clusters
            .find(clusterId)
            ?.list()
            .map(({ entry }) => entry) ?? [],
        );
      }),
    ]),
    streams: new Map([
      [
        `/${NAME}/Watch`,
        async (bytes, call, sink) => {
          const { clusterId } = decode(clusterRequest.decode, bytes);
          checkClusterId(clusterId);
          await watches.serve(clusterId, call, sink);
        },
      ],
    ]),
  };
}

type Read<T> = (bytes: Uint8Array) => T;

function unary<T>(method: string, read: Read<T>, answer: (request: T, call: ServerCall) => Uint8Array) {
  return [
    `/${NAME}/${method}`,
    (bytes: Uint8Array, call: ServerCall): Uint8Array => answer(decode(read, bytes), call),
  ] as const;
}

/** @throws RpcError INVALID_ARGUMENT for bytes that are no such message; other services say so too for bad UTF-8 */
function decode<T>(read: Read<T>, bytes: Uint8Array): T {
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw new RpcError('INVALID_ARGUMENT', error.message);
  }
}
