import { RpcError, realHost } from '@cosi-ts/core';
import { Member, typeRegistry, type MemberSpec, type Resource } from '@cosi-ts/resources';
import { NotFoundError, collection, remoteState, type State } from '@cosi-ts/runtime';

/** The state behind a server: every helper, and every controller without atomic reconcile, works on it. */
export function connect(address: string): { readonly state: State; readonly close: () => void } {
  const host = realHost();
  const channel = host.rpc.connect({ address });
  return { state: remoteState(channel, { types: typeRegistry(), healing: { host } }), close: () => channel.close() };
}

/** Host names of the members, each time that one changes, until the signal is aborted. */
export async function* hostnames(state: State, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const known = new Map<string, string>();
  const watch = await state.watchKind(Member, { bootstrapContents: true, signal });
  for await (const batch of watch) {
    for (const event of batch) {
      if (event.type === 'created' || event.type === 'updated') {
        const { metadata, spec } = event.resource as Resource<MemberSpec>;
        known.set(metadata.id, spec.hostname);
      }
      if (event.type === 'destroyed') known.delete(event.resource.metadata.id);
      if (event.type === 'errored') throw event.error;
    }
    yield [...known.values()];
  }
}

/** Refusals are those of a local state; what the network adds is an error of its own. */
export async function hostnameOf(state: State, id: string): Promise<string> {
  try {
    return (await collection(state, Member).get(id)).spec.hostname;
  } catch (thrown) {
    if (thrown instanceof NotFoundError) return 'nobody';
    if (thrown instanceof RpcError && thrown.status === 'UNAVAILABLE') return 'unreachable';
    throw thrown;
  }
}
