import { resolve } from 'node:path';
import { aborted, Owner, messageOf, ownedHost, realHost, startWatchdog, type Host, type Logger } from '@cosi-ts/core';
import { kubeconfigAccess, linuxNetwork, plainHost, startNode, type Node } from '@cosi-ts/controllers';
import { parseIpPrefix, typeRegistry, type IpPrefix } from '@cosi-ts/resources';
import { EncodeCache } from '@cosi-ts/runtime';
import { asCommandError } from '../commands/failures.ts';
import type { RunOptions } from '../commands/run.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { nodeLogger } from '../log/node-log.ts';
import { textLogger } from '../log/text-logger.ts';
import { identityFiles, serveOnPort } from '../tls/serve-on-port.ts';
import { serveNodeMetrics } from './node-metrics.ts';
import { groupId, listenForReaders, makeReaderDirectory, readerDirectory } from './reader-socket.ts';
import { nodeVersion } from '../process/node-version.ts';

/** Runs one node until it is terminated. */
export async function run(io: CommandIo, options: RunOptions): Promise<void> {
  const podCidrs = Array.from(options.podCidr ?? [], networkOf);
  const stopped = io.stopped();
  const files = options.listen === undefined ? undefined : identityFiles(io.cwd, options.listen, options);
  const owner = new Owner('run');
  const directory = resolve(io.cwd, options.state);
  await using _watchdog = options.watchdog === true ? startWatchdog() : undefined;
  const host = loggingHost(textLogger(io.err, 'info'), owner, directory);
  try {
    // What is said from here on is kept there.
    await host.files.makeDirectory(directory);
    const { metricsAddr } = options;
    const observer =
      metricsAddr === undefined ? undefined : await serveNodeMetrics(ownedHost(host, owner), metricsAddr);
    const node = await startNode({
      host,
      owner,
      directory,
      configPath: resolve(io.cwd, options.config),
      types: typeRegistry(),
      encodings: new EncodeCache(),
      os: { name: options.osName, version: options.osVersion },
      ttl: options.ttl,
      system: plainHost(host.files),
      kubernetes:
        options.kubeconfig === undefined
          ? undefined
          : kubeconfigAccess(host.files, resolve(io.cwd, options.kubeconfig)),
      podCidrs,
      network:
        options.kubespanDevice === 'none' ? undefined : linuxNetwork({ ...host, device: options.kubespanDevice }),
      version: nodeVersion(),
      observer,
      openNamespaces: options.openNamespace,
    });
    if (options.readerGroup !== undefined)
      await serveReaders(ownedHost(host, owner), node, directory, options.readerGroup);
    if (options.listen !== undefined && files !== undefined) {
      const address = await serveOnPort(ownedHost(host, owner), owner, options.listen, files, node.services);
      host.log.info('the API is served', { address });
    }
    host.log.info('the node runs', { state: options.state });
    await aborted(stopped);
    if (options.leave === true) await node.leave();
  } catch (thrown) {
    throw asCommandError(thrown);
  } finally {
    await owner.close().catch((thrown: unknown) => {
      host.log.error('not everything ended cleanly', { error: messageOf(thrown) });
    });
  }
}

/** The real host, whose own troubles are in the node's log, too. */
function loggingHost(log: Logger, owner: Owner, directory: string): Host {
  return realHost({ log: nodeLogger({ ...realHost(), log }, owner, directory) });
}

function networkOf(text: string): IpPrefix {
  const network = parseIpPrefix(text);
  if (network === undefined || network === '') {
    throw new CommandError(`--pod-cidr takes a network like 10.244.1.0/24, not "${text}"`, { exitCode: 2 });
  }
  return network;
}

async function serveReaders(host: Host, node: Node, directory: string, group: string): Promise<void> {
  const path = readerDirectory(directory);
  await makeReaderDirectory(host.files, path, await groupId(host.files, group));
  await listenForReaders(host, node, path);
}
