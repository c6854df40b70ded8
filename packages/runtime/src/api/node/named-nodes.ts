import { RpcError, type ServerCall } from '@cosi-ts/core';

/** Nodes that one call may name: each costs a look-up and an answer, and the names of very many fit into a header. */
const MAX_NODES = 1000;

/**
 * The names in a call's `nodes` metadata, in order; undefined if it has none. Such a call wants one message for each,
 * with the name that it used; a name that is repeated is answered once.
 *
 * @throws RpcError `INVALID_ARGUMENT` for too many
 */
export function namedNodes({ metadata }: Pick<ServerCall, 'metadata'>): readonly string[] | undefined {
  const names = (metadata.get('nodes') ?? []).flatMap((list) => list.split(',')).map((name) => name.trim());
  const given = new Set(names.filter((name) => name !== ''));
  if (given.size > MAX_NODES) throw new RpcError('INVALID_ARGUMENT', `a call names at most ${MAX_NODES} nodes`);
  return given.size === 0 ? undefined : [...given];
}

/** What the messages of an answer say of the node that they are from: for a call that names none, nothing. */
export function answeringNodes(call: Pick<ServerCall, 'metadata'>): readonly { metadata?: { hostname: string } }[] {
  return namedNodes(call)?.map((hostname) => ({ metadata: { hostname } })) ?? [{}];
}
