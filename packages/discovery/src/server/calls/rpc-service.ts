import { RpcError, type RpcService, type ServerCall } from '@cosi-ts/core';
import { joinEntries } from '../../wire/entries.ts';
import { MalformedMessageError } from '../../wire/malformed.ts';
import type { Codec } from '../../wire/codec.ts';
import {
  affiliateDeleteRequest,
  affiliateUpdateRequest,
  clusterRequest,
  helloRequest,
  helloResponse,
} from '../../wire/messages.ts';
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
const EMPTY = new Uint8Array(0);

/** The service's five methods. */
export function discoveryRpcService({ clusters, watches, hello, observer }: RpcServiceParts): RpcService {
  return {
    name: NAME,
    unary: new Map([
      unary('Hello', helloRequest, (request, call) => {
        // Before it is checked: refused ones count as well.
        observer?.hello(versionLabel(request.clientVersion));
        return helloResponse.encode(answerHello(request, call, hello));
      }),
      unary('AffiliateUpdate', affiliateUpdateRequest, (request) => {
        checkUpdate(request);
        clusters.update(request);
        return EMPTY;
      }),
      unary('AffiliateDelete', affiliateDeleteRequest, (request) => {
        checkClusterId(request.clusterId);
        checkAffiliateId(request.affiliateId);
        clusters.delete(request);
        return EMPTY;
      }),
      unary('List', clusterRequest, ({ clusterId }) => {
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
          const { clusterId } = decode(clusterRequest, bytes);
          checkClusterId(clusterId);
          await watches.serve(clusterId, call, sink);
        },
      ],
    ]),
  };
}

function unary<T>(method: string, codec: Codec<T>, answer: (request: T, call: ServerCall) => Uint8Array) {
  return [
    `/${NAME}/${method}`,
    async (bytes: Uint8Array, call: ServerCall) => answer(decode(codec, bytes), call),
  ] as const;
}

/** @throws RpcError INVALID_ARGUMENT for bytes that are no such message; other services say so too for bad UTF-8 */
function decode<T>({ decode }: Codec<T>, bytes: Uint8Array): T {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessageError)) throw error;
    throw new RpcError('INVALID_ARGUMENT', error.message);
  }
}
