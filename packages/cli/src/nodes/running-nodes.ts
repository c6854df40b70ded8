import { RpcError, type CallOptions, type Host, type RpcChannel } from '@cosi-ts/core';
import { HostnameStatus, ipPrefixAddress, NodeAddress, typeRegistry, type ResourceType } from '@cosi-ts/resources';
import { collection, remoteState, StateError, type RemoteHealing, type State } from '@cosi-ts/runtime';
import { connectSocket, impatient } from './connect.ts';
import { nodeFailure, type NodeFailure } from './node-failure.ts';
import { findSockets, type NodeSocket } from './sockets.ts';

/** A node that answers. */
export interface RunningNode {
  /** The name of its directory. */
  readonly name: string;
  readonly hostname: string | undefined;
  /** Without prefix lengths, in the node's own order. */
  readonly addresses: readonly string[];
  /** What tables call it: its first address, or its name while it knows none. */
  readonly label: string;
  /** How it is reached, and what goes along with each call. */
  readonly channel: RpcChannel;
  readonly metadata?: CallOptions['metadata'];
  /** Its state, decoded. */
  readonly state: State;
  /** Its state as it is sent: specs stay encoded, so that types can be printed that nobody declared here. */
  readonly encoded: State;
}

export interface FoundNodes {
  readonly running: readonly RunningNode[];
  /** Somebody holds the socket, but nobody is able to answer, or not to us. */
  readonly failed: readonly NodeFailure[];
}

/** Milliseconds that a node has to say who it is. */
const PATIENCE = 5000;

/** Hears of a watch of a node that lost its stream, and of why; it will go on by itself. */
export type OnInterrupted = (node: string, error: unknown) => void;

/** Every node in a directory that answers, whoever started it. A socket that nobody listens to is no node. */
export async function findNodes(host: Host, directory: string, onInterrupted: OnInterrupted): Promise<FoundNodes> {
  const sockets = await findSockets(host.files, directory);
  const answers = await Promise.all(sockets.map((socket) => contact(host, socket, onInterrupted)));
  return {
    running: answers.filter((answer) => answer !== undefined).filter((answer) => 'state' in answer),
    failed: answers.filter((answer) => answer !== undefined).filter((answer) => 'error' in answer),
  };
}

async function contact(
  host: Host,
  { name, path }: NodeSocket,
  onInterrupted: OnInterrupted,
): Promise<RunningNode | NodeFailure | undefined> {
  const channel = connectSocket(host.rpc, path);
  const types = typeRegistry();
  try {
    const { hostname, addresses } = await introduce(remoteState(impatient(channel, PATIENCE), { types }));
    const label = addresses[0] ?? name;
    const healing: RemoteHealing = {
      host,
      onInterrupted: ({ error, attempt }) => {
        if (attempt === 1) onInterrupted(label, error);
      },
    };
    return {
      name,
      hostname,
      addresses,
      label,
      channel,
      state: remoteState(channel, { types }),
      encoded: remoteState(channel, { types: { find: () => undefined }, healing }),
    };
  } catch (thrown) {
    channel.close();
    return isNobody(thrown) ? undefined : nodeFailure(name, thrown);
  }
}

async function introduce(state: State): Promise<Pick<RunningNode, 'hostname' | 'addresses'>> {
  const [routed, current, hostname] = await Promise.all([
    specOf(state, NodeAddress, 'routed'),
    specOf(state, NodeAddress, 'current'),
    specOf(state, HostnameStatus, 'hostname'),
  ]);
  const prefixes = [...(routed?.addresses ?? []), ...(current?.addresses ?? [])];
  return { hostname: hostname?.hostname, addresses: [...new Set(prefixes.map(ipPrefixAddress))] };
}

/** A node without networking, or one that keeps it to itself, is still a node. */
async function specOf<S>(state: State, type: ResourceType<S>, id: string): Promise<S | undefined> {
  try {
    return (await collection(state, type).find(id))?.spec;
  } catch (thrown) {
    if (thrown instanceof StateError) return undefined;
    throw thrown;
  }
}

/** Nobody listens: a crash left the socket, or the node has just gone. */
function isNobody(thrown: unknown): boolean {
  return thrown instanceof RpcError && thrown.status === 'UNAVAILABLE' && /ECONNREFUSED|ENOENT/.test(thrown.message);
}
