import { RpcError, type RpcService, type ServerCall, type UnaryHandler } from '@cosi-ts/core';
import { AccessDeniedError } from '../state/errors.ts';
import type { AccessRequest, AccessRule, Verb } from './access.ts';
import { methodOf } from './methods.ts';
import { DEPENDENCIES_METHOD } from './node/inspect-service.ts';
import { VERSION_METHOD } from './node/machine-service.ts';
import { TRACE_METHOD } from './trace/trace-service.ts';
import { HEALTH_CHECK_METHOD, HEALTH_WATCH_METHOD } from './server/health-service.ts';
import { REFLECTION_METHOD } from './server/reflection-service.ts';

/** The roles that a client certificate can name. Unknown ones give nothing. */
export type Role = 'os:admin' | 'os:operator' | 'os:reader';

export interface AccessPolicy {
  /** What the process knows about a type; undefined: nothing, so nobody gets at it. */
  type(name: string): { readonly sensitive: boolean } | undefined;
  hasNamespace(name: string): boolean;
  /**
   * The namespaces that may be written through the API; none by default. In them admins may use any type, known or
   * not, since what they write may be of a program that the process knows nothing of.
   */
  readonly openNamespaces?: ReadonlySet<string> | 'all' | undefined;
}

const READERS: ReadonlySet<string> = new Set<Role>(['os:admin', 'os:operator', 'os:reader']);
const ADMINS: ReadonlySet<string> = new Set<Role>(['os:admin']);

/** Who may call what, by full path. A method that is not listed is the admins'. */
export const METHODS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [methodOf('Get'), READERS],
  [methodOf('List'), READERS],
  [methodOf('Watch'), READERS],
  [methodOf('Create'), ADMINS],
  [methodOf('Update'), ADMINS],
  [methodOf('Destroy'), ADMINS],
  [methodOf('Teardown'), ADMINS],
  [methodOf('TeardownAndDestroy'), ADMINS],
  [VERSION_METHOD, READERS],
  [DEPENDENCIES_METHOD, READERS],
  [TRACE_METHOD, READERS],
  [HEALTH_CHECK_METHOD, READERS],
  [HEALTH_WATCH_METHOD, READERS],
  [REFLECTION_METHOD, READERS],
]);

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
  const refuse: AccessRule = (request) => new AccessDeniedError('not authorized', request);
  const ruleFor =
    (isAdmin: boolean): AccessRule =>
    (request) => {
      const reason = refusal(policy, request, isAdmin);
      return reason === undefined ? undefined : new AccessDeniedError(reason, request);
    };
  // One for all of a kind, so that others can keep what they make of it.
  const [admins, others] = [ruleFor(true), ruleFor(false)];
  return (call) => {
    const roles = rolesOf(call);
    if (!mayCall(call.method, roles)) return refuse;
    return roles.some((role) => ADMINS.has(role)) ? admins : others;
  };
}

/** Services whose methods answer only callers whose roles allow it. What they do with resources is another rule. */
export function guardServices(
  services: readonly RpcService[],
  rolesOf: (call: ServerCall) => readonly string[],
): readonly RpcService[] {
  const check = (call: ServerCall): void => {
    if (!mayCall(call.method, rolesOf(call))) throw new RpcError('PERMISSION_DENIED', 'not authorized');
  };
  const guard =
    <R, A extends unknown[]>(handler: (request: R, call: ServerCall, ...rest: A) => Promise<void>) =>
    async (request: R, call: ServerCall, ...rest: A): Promise<void> => {
      check(call);
      await handler(request, call, ...rest);
    };
  // What is asked by the ten thousand has no promise of ours around it.
  const guardUnary =
    (handler: UnaryHandler): UnaryHandler =>
    (request, call) => {
      check(call);
      return handler(request, call);
    };
  return services.map(({ name, unary, streams, dialogs }) => ({
    name,
    unary: new Map([...unary].map(([path, handler]) => [path, guardUnary(handler)])),
    streams: new Map([...streams].map(([path, handler]) => [path, guard(handler)])),
    dialogs: dialogs && new Map([...dialogs].map(([path, handler]) => [path, guard(handler)])),
  }));
}

function mayCall(method: string, roles: readonly string[]): boolean {
  const allowed = METHODS.get(method) ?? ADMINS;
  return roles.some((role) => allowed.has(role));
}

function refusal(policy: AccessPolicy, { verb, type, namespace }: AccessRequest, isAdmin: boolean): string | undefined {
  const isOpen = policy.openNamespaces === 'all' || policy.openNamespaces?.has(namespace) === true;
  if (WRITES.has(verb) && !isOpen) return 'write access is not allowed';
  const known = policy.type(type);
  if (known === undefined && !(isOpen && isAdmin)) return `resource type "${type}" is not supported`;
  if (known?.sensitive === true && !isAdmin) return 'not authorized';
  if (!isOpen && !policy.hasNamespace(namespace)) return `namespace "${namespace}" is not supported`;
  return undefined;
}
