import type { Host } from '@cosi-ts/core';
import type { CommandIo } from '../io.ts';
import { failureLines, nodeFailure, warn, type NodeFailure } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import { asksRemotely, remoteNodes } from './remote-nodes.ts';
import { findNodes, type RunningNode } from './running-nodes.ts';
import { selectNodes } from './select-nodes.ts';
import { stateDirectory } from './state-directory.ts';

export interface AskedNodes {
  readonly nodes: readonly RunningNode[];
  /** Nodes that are there but cannot answer, where none is named: they concern only who wants to know of all. */
  readonly failures: readonly NodeFailure[];
}

/**
 * The nodes that a command asks: those of a client configuration, or those that run in a directory.
 *
 * @throws CommandError if there are none, or one is not there.
 */
export async function askedNodes(host: Host, io: CommandIo, selection: NodeSelection): Promise<AskedNodes> {
  const onInterrupted = (node: string, error: unknown): void => {
    for (const line of failureLines([nodeFailure(node, error)])) warn(io, `${line}; watching goes on once it can`);
  };
  if (asksRemotely(io, selection)) {
    return { nodes: await remoteNodes(host, io, selection, onInterrupted), failures: [] };
  }
  const directory = stateDirectory(io, selection.state);
  const wanted = selection.nodes ?? [];
  const found = await findNodes(host, directory, onInterrupted);
  const nodes = selectNodes(found, wanted, directory);
  return { nodes, failures: wanted.length === 0 ? found.failed : [] };
}
