import { Owner, ownedHost, realHost } from '@cosi-ts/core';
import { ResourceDefinition } from '@cosi-ts/resources';
import { askDependencies, collection } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import { dotGraph } from '../output/graph/dot.ts';
import { isDrawn, type ControllerGraph, type GraphResource } from '../output/graph/graph.ts';
import { mermaidGraph } from '../output/graph/mermaid.ts';
import { treeGraph } from '../output/graph/tree.ts';
import { askedNodes } from './asked-nodes.ts';
import { nodeFailure, throwFailures } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import type { RunningNode } from './running-nodes.ts';

/** The options of `cosi inspect dependencies`, as they were given. */
export interface InspectOptions extends NodeSelection {
  readonly withResources?: boolean;
  readonly format: 'dot' | 'mermaid' | 'tree';
}

const FORMATS = { dot: dotGraph, mermaid: mermaidGraph, tree: treeGraph };

/**
 * Prints the graph of a node's controllers.
 *
 * @throws CommandError if not exactly one node is asked, or it does not answer.
 */
export async function inspectDependencies(io: CommandIo, options: InspectOptions): Promise<void> {
  await using owner = new Owner('cosi inspect');
  const host = ownedHost(realHost(), owner);
  const { nodes, failures } = await askedNodes(host, io, options);
  const [node, ...others] = nodes;
  if (node === undefined) return throwFailures(io, failures);
  if (others.length > 0) {
    const names = nodes.map(({ name }) => name).join(', ');
    throw new CommandError(`one node is inspected at a time: choose one with -n (${names})`, { exitCode: 2 });
  }
  try {
    io.out.write(FORMATS[options.format](await graphOf(node, options.withResources === true)));
  } catch (thrown) {
    throwFailures(io, [nodeFailure(node.label, thrown)]);
  }
}

async function graphOf(node: RunningNode, withResources: boolean): Promise<ControllerGraph> {
  const edges = await askDependencies(node.channel, { metadata: node.metadata });
  if (!withResources) return { edges, resources: undefined };
  const definitions = await collection(node.state, ResourceDefinition).list();
  const homes = new Map(definitions.map(({ spec }) => [spec.type, spec.defaultNamespace]));
  const drawn = edges.filter(isDrawn);
  const types = [...new Set(drawn.map(({ type }) => type))];
  const lists = types.map(async (type): Promise<readonly [string, readonly GraphResource[]]> => {
    const namespaces = [homes.get(type), ...drawn.map((edge) => (edge.type === type ? edge.namespace : ''))];
    const kinds = [...new Set(namespaces.filter((name) => name !== undefined && name !== ''))];
    const found = await Promise.all(kinds.map((namespace) => node.encoded.list({ namespace: namespace ?? '', type })));
    return [type, found.flat().map(({ metadata }) => metadata)];
  });
  return { edges, resources: new Map(await Promise.all(lists)) };
}
