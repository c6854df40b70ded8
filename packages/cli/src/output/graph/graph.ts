import type { DependencyEdge } from '@cosi-ts/runtime';
import type { Pointer } from '@cosi-ts/resources';

/** A resource that a graph shows. */
export interface GraphResource extends Pointer {
  readonly owner: string;
}

/** What a graph of controllers is drawn from. */
export interface ControllerGraph {
  readonly edges: readonly DependencyEdge[];
  /** The resources there are, by type; undefined: types are shown, and no resources. */
  readonly resources: ReadonlyMap<string, readonly GraphResource[]> | undefined;
}

/** From what is read to its reader, or from a writer to what it writes. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string | undefined;
  readonly kind: DependencyEdge['kind'];
}

export function isOutput({ kind }: Pick<DependencyEdge, 'kind'>): boolean {
  return kind === 'exclusive' || kind === 'shared';
}

/** Waiting for the end of what others hold is no flow of data, and is not drawn. */
export function isDrawn({ kind }: DependencyEdge): boolean {
  return kind !== 'destroyReady' && kind !== 'mappedDestroyReady';
}

/** The name of a resource in a graph. */
export function resourceName({ namespace, type, id }: Pointer): string {
  return `${namespace}/${type}/${id}`;
}

/**
 * The arrows of a graph. Where it shows resources, an input has one from each resource that it matches, and an output
 * one to each that the controller owns.
 */
export function arrowsOf({ edges, resources }: ControllerGraph): readonly Arrow[] {
  return edges.filter(isDrawn).flatMap((edge): readonly Arrow[] => {
    const { controller, kind, type, id } = edge;
    const arrow = (name: string, label: string | undefined): Arrow =>
      isOutput(edge) ? { from: controller, to: name, label, kind } : { from: name, to: controller, label, kind };
    if (resources === undefined) return [arrow(type, id || undefined)];
    const matching = (resources.get(type) ?? []).filter((resource) => isMeant(edge, resource));
    return matching.map((resource) => arrow(resourceName(resource), undefined));
  });
}

function isMeant(edge: DependencyEdge, resource: GraphResource): boolean {
  if (isOutput(edge)) return resource.owner === edge.controller;
  return resource.namespace === edge.namespace && (!edge.id || resource.id === edge.id);
}

/** The types of a graph, sorted as Go sorts. */
export function typesOf({ edges }: ControllerGraph): readonly string[] {
  return [...new Set(edges.filter(isDrawn).map(({ type }) => type))].sort();
}

/** The controllers of a graph, in the order of their edges. */
export function controllersOf({ edges }: ControllerGraph): readonly string[] {
  return [...new Set(edges.map(({ controller }) => controller))];
}
