import { join } from 'node:path';
import type { Host } from '@cosi-ts/core';
import { CommandError, type CommandIo } from '../io.ts';
import { nodeFailure, type NodeFailure } from '../nodes/node-failure.ts';
import type { NodeSelection } from '../nodes/node-options.ts';
import { asksRemotely, remoteNodes } from '../nodes/remote-nodes.ts';
import { findNodes, type RunningNode } from '../nodes/running-nodes.ts';
import { selectNodes } from '../nodes/select-nodes.ts';
import { stateDirectory } from '../nodes/state-directory.ts';
import { nodeDirectories } from './node-directories.ts';

/** Where something is known of a node: its API, its directory, or both. */
export interface NodeSource {
  readonly name: string;
  readonly api: RunningNode | NodeFailure;
  readonly directory?: string | undefined;
}

/** The nodes that a command tells of. */
export interface Sources {
  readonly nodes: readonly NodeSource[];
  /** What they are together: part of a file's name. */
  readonly name: string;
  /** Files that hold secrets of all of them. */
  readonly secrets: readonly string[];
}

/**
 * The nodes of a client configuration, or those of a directory: of the latter those that do not run, too, for they have
 * most need to be looked at.
 *
 * @throws CommandError if there are none, or one is not there.
 */
export async function nodeSources(host: Host, io: CommandIo, selection: NodeSelection): Promise<Sources> {
  const ignore = (): void => undefined;
  if (asksRemotely(io, selection)) {
    const nodes = await remoteNodes(host, io, selection, ignore);
    return { nodes: nodes.map((api) => ({ name: api.name, api })), name: selection.context ?? 'cluster', secrets: [] };
  }
  const directory = stateDirectory(io, selection.state);
  const found = await findNodes(host, directory, ignore);
  const directories = new Map((await nodeDirectories(host.files, directory)).map(({ name, path }) => [name, path]));
  const sourceOf = (api: RunningNode | NodeFailure, name: string): NodeSource => ({
    name,
    api,
    directory: directories.get(name),
  });
  const known = new Map([
    ...[...directories.keys()].map((name) => [name, sourceOf(notRunning(name), name)] as const),
    ...found.failed.map((failure) => [failure.node, sourceOf(failure, failure.node)] as const),
    ...found.running.map((node) => [node.name, sourceOf(node, node.name)] as const),
  ]);
  const wanted = selection.nodes ?? [];
  const selected = wanted.map((name) => {
    const source = known.get(name);
    if (source !== undefined) return source;
    return selectNodes(found, [name], directory).map((node) => sourceOf(node, node.name))[0];
  });
  const nodes =
    wanted.length > 0 ? [...new Set(selected)].filter((source) => source !== undefined) : [...known.values()];
  // Says that there are none, and what to do.
  if (nodes.length === 0) selectNodes(found, [], directory);
  return { nodes, name: nameOf(directory), secrets: SECRET_FILES.map((file) => join(directory, file)) };
}

/** In a cluster's directory; a node's own lie in its own. */
const SECRET_FILES: readonly string[] = ['secrets.yaml', 'talosconfig', 'talosconfig.reader'];

function notRunning(name: string): NodeFailure {
  return nodeFailure(name, new CommandError('the node does not run: start it with "cosi up" or "cosi run"'));
}

function nameOf(directory: string): string {
  return directory.slice(directory.lastIndexOf('/') + 1).replace(/^\.+/, '') || 'cluster';
}
