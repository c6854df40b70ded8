import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { RpcError, millisOf, type Host, type RpcChannel } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { remoteState, type RemoteHealing } from '@cosi-ts/runtime';
import type { ClientConfig, ClientContext } from '../client-config/client-config.ts';
import { endpointAddress } from '../client-config/endpoint.ts';
import { parseClientConfig } from '../client-config/parse.ts';
import { clientConfigPaths } from '../client-config/paths.ts';
import { selectContext } from '../client-config/select.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { failureLines, nodeFailure } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import type { OnInterrupted, RunningNode } from './running-nodes.ts';

/** Largest message taken, in bytes: what Talos sends at most. */
const MAX_RECEIVE = 32 * 1024 * 1024;

/** Milliseconds. Servers in Go cut clients that ask more often than every five minutes whether they are there. */
const KEEPALIVE = { time: 310_000, timeout: 20_000 };

/** Milliseconds that one of several endpoints has to answer. */
const PATIENCE = 5000;

/** Whether a command asks the nodes of a client configuration, and not those that run in a directory. */
export function asksRemotely({ env }: Pick<CommandIo, 'env'>, selection: NodeSelection): boolean {
  const { state, talosconfig, context, endpoints } = selection;
  if (talosconfig || context || endpoints?.length) return true;
  return !state && Boolean(env['TALOSCONFIG']);
}

/**
 * The nodes that are asked through the endpoints of a client configuration, by the names that they are given.
 *
 * @throws CommandError if there is no configuration, or it says too little.
 */
export async function remoteNodes(
  host: Host,
  io: CommandIo,
  selection: NodeSelection,
  onInterrupted: OnInterrupted,
): Promise<readonly RunningNode[]> {
  const { config, path } = await readClientConfig(host, io, selection);
  const context = selectContext(config, selection.context, path);
  const names = selection.nodes?.length ? selection.nodes : context.nodes;
  if (names.length === 0) {
    throw new CommandError('no nodes are named: use --nodes, or name them in the context of the client configuration');
  }
  const endpoints = selection.endpoints?.length ? selection.endpoints : context.endpoints;
  if (endpoints.length === 0) {
    throw new CommandError('no endpoints are named: use --endpoints, or name them in the client configuration');
  }
  refuseExpired(host, context, path);
  const channel = await reach(host, endpoints, context);
  return [...new Set(names)].map((name) => nodeBehind(channel, name, context, { host, onInterrupted }));
}

/** A server hangs up on such a certificate without a word. @throws CommandError if it is over */
function refuseExpired({ clock }: Host, { crt }: ClientContext, path: string): void {
  if (crt === undefined) return;
  const end = endOf(crt);
  if (end === undefined || end.getTime() > millisOf(clock.now())) return;
  throw new CommandError(
    `${path}: the client certificate was valid until ${end.toISOString()}: make a new one with "cosi gen config" or "cosi up --tls"`,
  );
}

/** What is no certificate is told of where it is used. */
function endOf(certificate: string): Date | undefined {
  try {
    return new X509Certificate(certificate).validToDate;
  } catch {
    return undefined;
  }
}

/** The client configuration that counts, and where it is. @throws CommandError if there is none */
export async function readClientConfig(
  host: Host,
  io: CommandIo,
  selection: NodeSelection,
): Promise<{ readonly config: ClientConfig; readonly path: string }> {
  const paths = clientConfigPaths({ flag: selection.talosconfig, env: io.env, home: io.env['HOME'] });
  for (const path of paths.map((path) => resolve(io.cwd, path))) {
    const bytes = await host.files.read(path);
    if (bytes === undefined) continue;
    return { config: parseClientConfig(new TextDecoder().decode(bytes), path), path };
  }
  throw new CommandError(`there is no client configuration ${paths.join(', ')}: "cosi up --tls" writes one`);
}

/** A channel to the first endpoint that answers, whichever that is; if there is only one, it need not. */
async function reach(host: Host, endpoints: readonly string[], context: ClientContext): Promise<RpcChannel> {
  const channels = endpoints.map((endpoint) => connect(host, endpoint, context));
  const [only, ...others] = channels;
  if (only !== undefined && others.length === 0) return only;
  const answer = await Promise.any(channels.map((channel) => answered(channel))).catch(({ errors }: AggregateError) => {
    for (const channel of channels) channel.close();
    const failures = errors.map((error, index) => nodeFailure(endpoints[index] ?? '', error));
    throw new CommandError(`no endpoint answers: ${failureLines(failures).join('; ')}`, { cause: errors[0] });
  });
  for (const channel of channels) if (channel !== answer) channel.close();
  return answer;
}

/** Whatever it answers, somebody is there. */
async function answered(channel: RpcChannel): Promise<RpcChannel> {
  try {
    await channel.unary('/machine.MachineService/Version', new Uint8Array(0), { timeout: PATIENCE });
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || /^(UNAVAILABLE|DEADLINE_EXCEEDED)$/.test(thrown.status)) throw thrown;
  }
  return channel;
}

function connect(host: Host, endpoint: string, { ca, crt, key }: ClientContext): RpcChannel {
  const address = endpointAddress(endpoint);
  try {
    const options = { maxReceiveBytes: MAX_RECEIVE, keepalive: KEEPALIVE };
    return host.rpc.connect({ address, tls: { ca, certificate: crt, key } }, options);
  } catch (thrown) {
    if (!(thrown instanceof RpcError)) throw thrown;
    throw new CommandError(`${endpoint}: ${thrown.message}`, { cause: thrown });
  }
}

function nodeBehind(
  channel: RpcChannel,
  name: string,
  { cluster }: ClientContext,
  { host, onInterrupted }: { readonly host: Host; readonly onInterrupted: OnInterrupted },
): RunningNode {
  const metadata = { node: name, runtime: 'Talos', ...(cluster !== undefined && { context: cluster }) };
  const healing: RemoteHealing = {
    host,
    onInterrupted: ({ error, attempt }) => {
      if (attempt === 1) onInterrupted(name, error);
    },
  };
  return {
    name,
    hostname: undefined,
    addresses: [],
    label: name,
    channel,
    metadata,
    state: remoteState(channel, { types: typeRegistry(), metadata }),
    encoded: remoteState(channel, { types: { find: () => undefined }, metadata, healing }),
  };
}
