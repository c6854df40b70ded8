import type { ServerCall } from '@cosi-ts/core';
import { AccessDeniedError } from '../state/errors.ts';
import type { AccessRequest, AccessRule, Verb } from './access.ts';
import { methodOf, type Operation } from './methods.ts';

/** The roles that a client certificate can name. Unknown ones give nothing. */
export type Role = 'os:admin' | 'os:operator' | 'os:reader';

export interface AccessPolicy {
  /** What the process knows about a type; undefined: nothing, so nobody gets at it. */
  type(name: string): { readonly sensitive: boolean } | undefined;
  hasNamespace(name: string): boolean;
  /** The namespaces that may be written through the API; none by default. */
  readonly openNamespaces?: ReadonlySet<string> | undefined;
}

const READERS: ReadonlySet<string> = new Set<Role>(['os:admin', 'os:operator', 'os:reader']);
const ADMINS: ReadonlySet<string> = new Set<Role>(['os:admin']);

/** Who may call what. A method that is not listed is the admins'. */
export const METHODS: Readonly<Record<Operation, ReadonlySet<string>>> = {
  Get: READERS,
  List: READERS,
  Watch: READERS,
  Create: ADMINS,
  Update: ADMINS,
  Destroy: ADMINS,
  Teardown: ADMINS,
  TeardownAndDestroy: ADMINS,
};

const RULES = new Map(Object.entries(METHODS).map(([name, roles]) => [methodOf(name as Operation), roles]));

const WRITES: ReadonlySet<Verb> = new Set<Verb>(['create', 'update', 'destroy']);

/**
 * The rules of a node's API, in the order in which Talos asks them: the method, then writes, type, sensitivity and
 * namespace.
 *
 * @param rolesOf the roles of a caller: of its certificate, or of the socket that it came through.
 */
export function apiAccess(
  policy: AccessPolicy,
  rolesOf: (call: ServerCall) => readonly string[],
): (call: ServerCall) => AccessRule {
  return (call) => {
    const roles = rolesOf(call);
    const allowed = RULES.get(call.method) ?? ADMINS;
    const isAdmin = roles.some((role) => ADMINS.has(role));
    if (!roles.some((role) => allowed.has(role))) return (request) => new AccessDeniedError('not authorized', request);
    return (request) => {
      const reason = refusal(policy, request, isAdmin);
      return reason === undefined ? undefined : new AccessDeniedError(reason, request);
    };
  };
}

function refusal(policy: AccessPolicy, { verb, type, namespace }: AccessRequest, isAdmin: boolean): string | undefined {
  if (WRITES.has(verb) && policy.openNamespaces?.has(namespace) !== true) return 'write access is not allowed';
  const known = policy.type(type);
  if (known === undefined) return `resource type "${type}" is not supported`;
  if (known.sensitive && !isAdmin) return 'not authorized';
  if (!policy.hasNamespace(namespace)) return `namespace "${namespace}" is not supported`;
  return undefined;
}
