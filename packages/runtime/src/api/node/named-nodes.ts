import type { ServerCall } from '@cosi-ts/core';

/**
 * The names in a call's `nodes` metadata, in order; undefined if it has none. Such a call wants one message for each,
 * with the name that it used.
 */
export function namedNodes({ metadata }: Pick<ServerCall, 'metadata'>): readonly string[] | undefined {
  const names = (metadata.get('nodes') ?? []).flatMap((list) => list.split(',')).map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return given.length === 0 ? undefined : given;
}

/** What the messages of an answer say of the node that they are from: for a call that names none, nothing. */
export function answeringNodes(call: Pick<ServerCall, 'metadata'>): readonly { metadata?: { hostname: string } }[] {
  return namedNodes(call)?.map((hostname) => ({ metadata: { hostname } })) ?? [{}];
}
