import { aborted, Owner, formatDuration, messageOf, ownedHost, realHost, sleep, type Host } from '@cosi-ts/core';
import type { UpOptions } from '../commands/up.ts';
import { asCommandError } from '../commands/failures.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { textLogger } from '../log/text-logger.ts';
import { stateDirectory } from '../nodes/state-directory.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { Convergence } from './convergence.ts';
import { LiveView, changeLine, printOutcome } from './display.ts';

/** Runs a local cluster until it is interrupted, or, with `--once`, until its nodes have found each other. */
export async function up(io: CommandIo, options: UpOptions): Promise<void> {
  const stopped = io.stopped();
  const owner = new Owner('up');
  const host = ownedHost(realHost({ log: textLogger(io.err, 'warn') }), owner);
  try {
    const cluster = await startCluster({
      host,
      owner,
      directory: stateDirectory(io, options.state),
      nodes: options.nodes,
      workers: options.workers,
      reset: options.reset === true,
      os: { name: options.osName, version: options.osVersion },
      ttl: options.ttl,
      openNamespaces: options.openNamespace,
      tls: options.tls,
      readerGroup: options.readerGroup,
      metricsAddress: options.metricsAddr,
    });
    await using shown = owner.child('display');
    if (options.once === true) await once(io, host, options.timeout, cluster, shown, stopped);
    else await follow(io, cluster, shown, stopped);
    await shown.close();
    await Promise.all(cluster.nodes.map(({ node }) => node.leave()));
  } catch (thrown) {
    throw asCommandError(thrown);
  } finally {
    await owner.close().catch((thrown: unknown) => {
      host.log.error('not everything ended cleanly', { error: messageOf(thrown) });
    });
  }
}

/** @throws CommandError if the nodes do not find each other in time */
async function once(
  io: CommandIo,
  host: Host,
  timeout: number,
  { nodes }: Cluster,
  owner: Owner,
  stopped: AbortSignal,
): Promise<void> {
  const convergence = new Convergence(nodes, owner, () => undefined);
  const late = sleep(host.timers, timeout, stopped).then(
    () => 'late' as const,
    () => 'stopped' as const,
  );
  const outcome = await Promise.race([convergence.complete.then(() => 'complete' as const), late]);
  if (outcome === 'complete' && nodes[0] !== undefined) await printOutcome(io.out, nodes[0]);
  if (outcome !== 'late') return;
  const missing = convergence.progress().filter(({ members }) => members < nodes.length);
  const seen = missing.map(({ node, members }) => `${node} sees ${members}`).join(', ');
  throw new CommandError(`not all ${nodes.length} nodes see each other after ${formatDuration(timeout)}: ${seen}`);
}

/** Shows the cluster until it is to end. */
async function follow(
  io: CommandIo,
  { endpoint, api, metrics, nodes }: Cluster,
  owner: Owner,
  stopped: AbortSignal,
): Promise<void> {
  const view = new LiveView(io.out, nodes);
  const isLive = io.out.isTerminal;
  const convergence: Convergence = new Convergence(nodes, owner, (change) => {
    if (!isLive) io.out.write(changeLine(change));
    // The first changes may come while the view is being made.
    else queueMicrotask(() => void view.draw(convergence));
  });
  io.out.write(`discovery service at ${endpoint}, ${nodes.length} nodes; \`cosi get members\` shows what they see\n`);
  if (api !== undefined) io.out.write(`API at ${api}, for clients with the talosconfig of the state directory\n`);
  if (metrics !== undefined) io.out.write(`metrics of the nodes at http://${metrics}/metrics\n`);
  if (!isLive) void convergence.complete.then(() => io.out.write(`all ${nodes.length} nodes see each other\n`));
  await aborted(stopped);
}
