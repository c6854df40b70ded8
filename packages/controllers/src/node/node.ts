import { FileError, ownedHost, type Host, type Owner, type RpcService } from '@cosi-ts/core';
import { MachineResetSignal, typeRegistry, type IpPrefix, type TypeRegistry } from '@cosi-ts/resources';
import {
  API_LISTEN,
  ControllerRuntime,
  EncodeCache,
  MemoryState,
  collection,
  eventsOf,
  type NodeVersion,
  type RuntimeObserver,
  type State,
} from '@cosi-ts/runtime';
import { readMachineConfig } from '../config/read-machine-config.ts';
import type { OperatingSystem } from '../cluster/local-affiliate.ts';
import type { KubernetesAccess } from '../registries/kubernetes/api.ts';
import { KUBERNETES_PUSH_CONTROLLER } from '../registries/kubernetes/push.ts';
import { DISCOVERY_SERVICE_CONTROLLER } from '../registries/service/discovery-service.ts';
import { asAdmin, nodeServices, type RolesOf } from './api.ts';
import type { NetworkDriver } from '../network/network-driver.ts';
import { nodeControllers } from './controllers.ts';
import type { HostSystem } from '../system/host/host-system.ts';
import { registerMeta } from './namespaces.ts';
import { NodeError } from './node-error.ts';

export interface NodeOptions {
  readonly host: Host;
  /** Ends the node: closing it is a reboot, dropping it a crash. */
  readonly owner: Owner;
  /** The node's directory: `config.yaml`, the identity files, the lock and the API socket. */
  readonly directory: string;
  /** The configuration's path, if it is not `config.yaml` in the directory. */
  readonly configPath?: string | undefined;
  readonly os: OperatingSystem;
  /** The types that it serves and knows; by default the built-in ones. */
  readonly types?: TypeRegistry | undefined;
  /** Milliseconds that what this node publishes stays valid; 30 minutes at most, which is the default. */
  readonly ttl?: number | undefined;
  /** The process's encoded forms, shared by all of its nodes; a node that is alone has its own. */
  readonly encodings?: EncodeCache | undefined;
  /** The machine that tells what the configuration does not: host name, addresses. Without one nobody does. */
  readonly system?: HostSystem | undefined;
  /** The cluster that the Kubernetes registry uses: {@link kubeconfigAccess}, say. Without one there is no such registry. */
  readonly kubernetes?: KubernetesAccess | undefined;
  /** The networks that this node gives its pods addresses from, where Kubernetes does not tell. */
  readonly podCidrs?: readonly IpPrefix[] | undefined;
  /**
   * The machine's network, for KubeSpan's device. It is changed only while the configuration enables KubeSpan and the
   * process may, and as it was when the node ends. Without one there is no device.
   */
  readonly network?: NetworkDriver | undefined;
  /** Hears what its controllers do, for metrics. */
  readonly observer?: RuntimeObserver | undefined;
  /** What the node says of its software; by default only that it speaks the API of Talos. */
  readonly version?: NodeVersion | undefined;
  /** The namespaces that admins may write to through the API; none by default. */
  readonly openNamespaces?: ReadonlySet<string> | undefined;
}

/** A running node: a runtime of its own over a state of its own. */
export interface Node {
  readonly state: State;
  readonly runtime: ControllerRuntime;
  /** Its API for other listeners than its own socket, whose callers have such roles. */
  services(rolesOf: RolesOf): readonly RpcService[];
  /** Deletes what the node published, as before a reset. Resolves when the registries confirmed it, or after `grace`. */
  leave(grace?: number): Promise<void>;
}

/** The name of a node's API socket in its directory. */
export const API_SOCKET = 'api.sock';

/** Milliseconds: as long as a service keeps anything. */
const DEFAULT_TTL = 30 * 60_000;

/** Milliseconds to wait for the registries when leaving. */
const LEAVE_GRACE = 5000;

/**
 * Starts a node on a directory.
 * @throws NodeError if the directory is in use, the configuration unusable or the socket taken
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { owner, directory, types = typeRegistry(), encodings = new EncodeCache(), ttl = DEFAULT_TTL } = options;
  const host = ownedHost(options.host, owner);
  const configPath = options.configPath ?? `${directory}/config.yaml`;
  await host.files.makeDirectory(directory, { mode: 0o700 });
  await lockDirectory(host, directory);
  await readMachineConfig(host.files, configPath);

  // Begun before the controllers, so that it ends after them: nobody makes anew what is undone.
  const networkOwner = owner.child('network');
  const state = new MemoryState({ clock: host.clock, random: host.random, pace: host.pace, types });
  await registerMeta(state, types, options.openNamespaces);
  const runtime = new ControllerRuntime({ state, host, owner, observer: options.observer });
  const network = options.network && { driver: options.network, owner: networkOwner };
  const controllers = nodeControllers({ ...options, ttl, host, configPath, network });
  for (const controller of controllers) runtime.register(controller);
  const services = (rolesOf: RolesOf) => nodeServices(state, { ...options, types, encodings, host, runtime }, rolesOf);
  await host.rpc.listen({ address: `unix:${directory}/${API_SOCKET}` }, services(asAdmin), API_LISTEN);
  runtime.start();
  return { state, runtime, services, leave: (grace) => leave(host, state, grace ?? LEAVE_GRACE) };
}

async function lockDirectory(host: Host, directory: string): Promise<void> {
  try {
    await host.files.lock(`${directory}/lock`);
  } catch (thrown) {
    if (thrown instanceof FileError && thrown.code === 'ELOCKED') {
      throw new NodeError(`${directory} is in use by another process (${thrown.message}); stop that one first`);
    }
    throw thrown;
  }
}

/** The signal is held back by the controllers of the registries until each has confirmed the deletion. */
async function leave(host: Host, state: State, grace: number): Promise<void> {
  const signals = collection(state, MachineResetSignal);
  const giveUp = new AbortController();
  const timer = host.timers.after(grace, () => giveUp.abort());
  const watch = await state.watch(MachineResetSignal.pointer('machine'), { signal: giveUp.signal });
  await signals.create(
    'machine',
    {},
    { metadata: { finalizers: [DISCOVERY_SERVICE_CONTROLLER, KUBERNETES_PUSH_CONTROLLER] } },
  );
  for await (const event of eventsOf(watch)) {
    if (event.type !== 'errored' && event.type !== 'destroyed' && event.resource.metadata.finalizers.length === 0)
      break;
  }
  timer.cancel();
}
