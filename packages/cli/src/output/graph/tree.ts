import type { DependencyEdge } from '@cosi-ts/runtime';
import { controllersOf, isOutput, type ControllerGraph, type GraphResource } from './graph.ts';

/** Each controller with what it reads and writes, and, where the graph shows resources, which these are. */
export function treeGraph(graph: ControllerGraph): string {
  return [...controllersOf(graph)]
    .sort()
    .map((controller) => `${controller}\n${branches(graph, controller)}`)
    .join('');
}

function branches({ edges, resources }: ControllerGraph, controller: string): string {
  const own = edges.filter((edge) => edge.controller === controller);
  const sorted = [...own.filter((edge) => !isOutput(edge)), ...own.filter(isOutput)];
  return sorted
    .map((edge, index) => {
      const isLast = index === sorted.length - 1;
      const leaves = (resources?.get(edge.type) ?? []).filter((resource) => concerns(edge, resource));
      const lines = leaves.map(
        ({ namespace, id }, at) =>
          `${isLast ? ' ' : '│'}   ${at === leaves.length - 1 ? '└' : '├'}── ${namespace}/${id}\n`,
      );
      return `${isLast ? '└' : '├'}── ${describe(edge)}\n${lines.join('')}`;
    })
    .join('');
}

function describe(edge: DependencyEdge): string {
  const { namespace, type, id, kind } = edge;
  if (isOutput(edge)) return `writes ${type} (${kind})`;
  return `reads ${type} in ${namespace}${id ? `, ${id}` : ''} (${WORDS[kind] ?? kind})`;
}

const WORDS: Readonly<Partial<Record<DependencyEdge['kind'], string>>> = {
  destroyReady: 'destroy-ready',
  mappedDestroyReady: 'mapped destroy-ready',
};

function concerns(edge: DependencyEdge, { namespace, id, owner }: GraphResource): boolean {
  if (isOutput(edge)) return owner === edge.controller;
  return namespace === edge.namespace && (!edge.id || edge.id === id);
}
