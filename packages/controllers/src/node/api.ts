import type { Host, RpcService } from '@cosi-ts/core';
import type { TypeRegistry } from '@cosi-ts/resources';
import { apiAccess, stateService, type EncodeCache, type State } from '@cosi-ts/runtime';
import { namespaceNames } from './namespaces.ts';

/** What a node serves on its own socket. Whoever can open it is an admin: the directory's mode says who that is. */
export function nodeServices(
  state: State,
  { host, types, encodings }: { readonly host: Host; readonly types: TypeRegistry; readonly encodings: EncodeCache },
): readonly RpcService[] {
  const namespaces = namespaceNames(types);
  const access = apiAccess({ type: (name) => types.find(name), hasNamespace: (name) => namespaces.has(name) }, () => [
    'os:admin',
  ]);
  return [stateService(state, { types, encodings, pace: host.pace, access })];
}
