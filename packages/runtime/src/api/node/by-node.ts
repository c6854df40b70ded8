import { create, toBinary } from '@bufbuild/protobuf';
import {
  CodedError,
  RpcError,
  RpcStatus,
  messageOf,
  type RpcService,
  type ServerCall,
  type StreamHandler,
  type UnaryHandler,
} from '@cosi-ts/core';
import { VersionResponseSchema } from '../../gen/machine/machine_pb.ts';
import { DEPENDENCIES_METHOD } from './inspect-service.ts';
import { VERSION_METHOD } from './machine-service.ts';
import { namedNodes } from './named-nodes.ts';

/** What a node serves; undefined: there is no such node. */
export type FindServices = (node: string | undefined) => Promise<readonly RpcService[] | undefined>;

/** Methods that can ask several nodes in one call: their answers are lists of messages, one of each node. */
const PER_NODE: ReadonlySet<string> = new Set([VERSION_METHOD, DEPENDENCIES_METHOD]);

/**
 * The services of several nodes behind one address: the `node` metadata of a call says which node is meant, `nodes`
 * that several are asked at once.
 *
 * @param like the services of any node: all have the same.
 * @param find a node by whatever it is called; without a name, the one that is meant by calls that name none.
 */
export function servicesByNode(like: readonly RpcService[], find: FindServices): readonly RpcService[] {
  return like.map(({ name, unary, streams, dialogs }) => ({
    name,
    // What a server offers is the same whichever node is asked.
    dialogs,
    unary: new Map([...unary.keys()].map((method) => [method, unaryByNode(method, find)])),
    streams: new Map([...streams.keys()].map((method) => [method, streamByNode(method, find)])),
  }));
}

function unaryByNode(method: string, find: FindServices): UnaryHandler {
  const ask = async (node: string | undefined, request: Uint8Array, call: ServerCall): Promise<Uint8Array> => {
    const handler = (await servicesOf(node, find)).map(({ unary }) => unary.get(method)).find(isDefined);
    if (handler === undefined) throw unimplemented(method);
    return handler(request, call);
  };
  return async (request, call) => {
    const nodes = severalNodes(method, call);
    if (nodes === undefined) return ask(singleNode(call), request, call);
    const answers = nodes.map((node) => ask(node, request, callFor(node, call)).catch(failureOf(node)));
    // Repeated fields concatenate.
    return new Uint8Array(Buffer.concat(await Promise.all(answers)));
  };
}

function streamByNode(method: string, find: FindServices): StreamHandler {
  return async (request, call, sink) => {
    severalNodes(method, call);
    const handler = (await servicesOf(singleNode(call), find))
      .map(({ streams }) => streams.get(method))
      .find(isDefined);
    if (handler === undefined) throw unimplemented(method);
    return handler(request, call, sink);
  };
}

async function servicesOf(node: string | undefined, find: FindServices): Promise<readonly RpcService[]> {
  const services = await find(node);
  if (services !== undefined) return services;
  // Not NOT_FOUND, which would be about a resource.
  throw new RpcError(
    'UNAVAILABLE',
    node === undefined ? 'there is no node' : `there is no node ${JSON.stringify(node)}`,
  );
}

/** @throws RpcError `INVALID_ARGUMENT` for a method that only one node can answer */
function severalNodes(method: string, call: ServerCall): readonly string[] | undefined {
  const nodes = namedNodes(call);
  if (nodes !== undefined && !PER_NODE.has(method)) {
    throw new RpcError('INVALID_ARGUMENT', `one-2-many proxying is not supported for method ${method}`);
  }
  return nodes;
}

/** @throws RpcError `INVALID_ARGUMENT` for several */
function singleNode({ metadata }: ServerCall): string | undefined {
  const [node, ...others] = (metadata.get('node') ?? []).flatMap((value) => value.split(','));
  if (others.length > 0) throw new RpcError('INVALID_ARGUMENT', 'node metadata must be single-valued');
  return node?.trim() === '' ? undefined : node?.trim();
}

/** The same call, as if it asked this node alone. */
function callFor(node: string, call: ServerCall): ServerCall {
  return {
    method: call.method,
    peer: call.peer,
    metadata: new Map([...call.metadata, ['nodes', [node]]]),
    timeLeft: call.timeLeft,
    organizations: call.organizations,
    signal: call.signal,
  };
}

/** A node's failure as its message among those of the others. What their answers have in common is all that it uses. */
function failureOf(node: string): (thrown: unknown) => Uint8Array {
  return (thrown) => {
    if (!(thrown instanceof CodedError)) throw thrown;
    const code = thrown instanceof RpcError ? RpcStatus[thrown.status] : RpcStatus.UNKNOWN;
    const metadata = { hostname: node, error: messageOf(thrown), status: { code, message: messageOf(thrown) } };
    return toBinary(VersionResponseSchema, create(VersionResponseSchema, { messages: [{ metadata }] }));
  };
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function unimplemented(method: string): RpcError {
  return new RpcError('UNIMPLEMENTED', `the node does not have ${method}`);
}
