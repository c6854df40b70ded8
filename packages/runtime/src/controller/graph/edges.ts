import { compareUtf8 } from '@cosi-ts/core';
import type { Controller } from '../controller.ts';
import type { InputKind, OutputKind } from '../ports.ts';

/** One edge of the graph of controllers and resources. Outputs have neither namespace nor id, as in COSI. */
export interface DependencyEdge {
  readonly controller: string;
  readonly kind: InputKind | OutputKind;
  readonly namespace: string;
  readonly type: string;
  readonly id: string | undefined;
}

/** What an input is aimed at: some ids, or undefined for all of its kind. */
export type AimedIds = ReadonlySet<string> | undefined;

/** Outputs first, by kind; then inputs by controller, namespace, type and id. */
export function edgesOf(
  controllers: readonly Controller[],
  aimOf: (controller: Controller, port: string) => AimedIds,
): DependencyEdge[] {
  return controllers
    .flatMap((controller) => [...outputEdges(controller), ...inputEdges(controller, aimOf)])
    .sort(compareEdges);
}

function outputEdges(controller: Controller): DependencyEdge[] {
  const edges = new Map<string, DependencyEdge>();
  for (const { direction, kind, type } of Object.values(controller.ports)) {
    if (direction !== 'output') continue;
    edges.set(type.type, { controller: controller.name, kind, namespace: '', type: type.type, id: undefined });
  }
  return [...edges.values()];
}

function inputEdges(
  controller: Controller,
  aimOf: (controller: Controller, port: string) => AimedIds,
): DependencyEdge[] {
  return Object.entries(controller.ports).flatMap(([name, { direction, kind, type }]): DependencyEdge[] => {
    if (direction !== 'input') return [];
    const ids = [...(aimOf(controller, name) ?? [undefined])];
    return ids.map((id) => ({
      controller: controller.name,
      kind,
      namespace: type.namespace,
      type: type.type,
      id,
    }));
  });
}

const OUTPUT_ORDER: readonly string[] = ['exclusive', 'shared'];

function compareEdges(a: DependencyEdge, b: DependencyEdge): number {
  return (
    rank(a) - rank(b) ||
    compareUtf8(a.controller, b.controller) ||
    compareUtf8(a.namespace, b.namespace) ||
    compareUtf8(a.type, b.type) ||
    compareUtf8(a.id ?? '', b.id ?? '')
  );
}

function rank({ kind }: DependencyEdge): number {
  const output = OUTPUT_ORDER.indexOf(kind);
  return output < 0 ? OUTPUT_ORDER.length : output;
}
