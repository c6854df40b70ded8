import type { Host, RpcService, ServerCall } from '@cosi-ts/core';
import type { TypeRegistry } from '@cosi-ts/resources';
import {
  TALOS_API_VERSION,
  apiAccess,
  apiServices,
  inspectService,
  machineService,
  stateService,
  traceService,
  type ControllerRuntime,
  type EncodeCache,
  type NodeVersion,
  type State,
} from '@cosi-ts/runtime';
import { namespaceNames } from './namespaces.ts';

export interface NodeServicesOptions {
  readonly host: Host;
  readonly types: TypeRegistry;
  readonly encodings: EncodeCache;
  readonly runtime: Pick<ControllerRuntime, 'dependencyGraph'>;
  /** What the node says of its software; by default only that it speaks the API of Talos. */
  readonly version?: NodeVersion | undefined;
  /** The namespaces that admins may write to through the API; none by default. */
  readonly openNamespaces?: ReadonlySet<string> | undefined;
}

/** The roles that a caller has. */
export type RolesOf = (call: ServerCall) => readonly string[];

/** Whoever can open a node's own socket is an admin: the directory's mode says who that is. */
export const asAdmin: RolesOf = () => ['os:admin'];

/** What a node serves to callers of these roles. */
export function nodeServices(state: State, options: NodeServicesOptions, rolesOf: RolesOf): readonly RpcService[] {
  const { host, types, encodings, runtime, openNamespaces, version = { tag: TALOS_API_VERSION } } = options;
  const namespaces = namespaceNames(types, openNamespaces);
  const hasNamespace = (name: string): boolean => namespaces.has(name);
  const policy = { type: types.find.bind(types), hasNamespace, openNamespaces };
  const access = apiAccess(policy, rolesOf);
  const services = [
    stateService(state, { types, encodings, pace: host.pace, access }),
    machineService(version),
    inspectService(() => runtime.dependencyGraph(), { access }),
    traceService(state, { access }),
  ];
  return apiServices(services, { rolesOf });
}
