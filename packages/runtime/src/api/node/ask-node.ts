import { fromBinary } from '@bufbuild/protobuf';
import { RpcError, type CallOptions, type RpcChannel } from '@cosi-ts/core';
import type { DependencyEdge } from '../../controller/graph/edges.ts';
import { ControllerRuntimeDependenciesResponseSchema, DependencyEdgeType } from '../../gen/inspect/inspect_pb.ts';
import { VersionResponseSchema } from '../../gen/machine/machine_pb.ts';
import { DEPENDENCIES_METHOD } from './inspect-service.ts';
import { VERSION_METHOD, type NodeVersion } from './machine-service.ts';

/** Which node is asked, where a channel leads to several: `{ node: '172.20.0.2' }`. */
type Asked = Pick<CallOptions, 'metadata' | 'timeout'>;

/** A node's software, as it says itself. */
export interface ToldVersion extends Required<NodeVersion> {
  /** Whether what a caller may do depends on its roles. */
  readonly hasRoles: boolean;
}

/** @throws RpcError also for what one of several nodes could not answer */
export async function askVersion(channel: RpcChannel, asked: Asked = {}): Promise<ToldVersion> {
  const { messages } = fromBinary(VersionResponseSchema, await channel.unary(VERSION_METHOD, NOTHING, asked));
  const { version, platform, features } = only(messages);
  const { tag = '', sha = '', built = '', goVersion: language = '', os = '', arch = '' } = version ?? {};
  return { tag, sha, built, language, os, arch, platform: platform?.name ?? '', hasRoles: features?.rbac === true };
}

/** A node's controllers and what they read and write. A queue's inputs come as the kinds that are older. @throws RpcError */
export async function askDependencies(channel: RpcChannel, asked: Asked = {}): Promise<readonly DependencyEdge[]> {
  const answer = await channel.unary(DEPENDENCIES_METHOD, NOTHING, asked);
  const { edges } = only(fromBinary(ControllerRuntimeDependenciesResponseSchema, answer).messages);
  return edges.map(({ controllerName, edgeType, resourceNamespace, resourceType, resourceId }) => ({
    controller: controllerName,
    kind: KINDS[edgeType] ?? 'weak',
    namespace: resourceNamespace,
    type: resourceType,
    id: resourceId === '' ? undefined : resourceId,
  }));
}

const NOTHING = new Uint8Array(0);

const KINDS: Readonly<Record<number, DependencyEdge['kind']>> = {
  [DependencyEdgeType.OUTPUT_EXCLUSIVE]: 'exclusive',
  [DependencyEdgeType.OUTPUT_SHARED]: 'shared',
  [DependencyEdgeType.INPUT_STRONG]: 'strong',
  [DependencyEdgeType.INPUT_WEAK]: 'weak',
  [DependencyEdgeType.INPUT_DESTROY_READY]: 'destroyReady',
};

/** One node was asked: others would be somebody else's. */
function only<M extends { readonly metadata?: { readonly error: string } | undefined }>(messages: readonly M[]): M {
  const [message] = messages;
  if (message === undefined) throw new RpcError('INTERNAL', 'the node gave no answer');
  if (message.metadata?.error) throw new RpcError('UNAVAILABLE', message.metadata.error);
  return message;
}
