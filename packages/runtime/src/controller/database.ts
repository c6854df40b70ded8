import type { Controller } from './controller.ts';
import type { InputKind, OutputKind } from './ports.ts';

/** One edge of the graph of controllers and resources. Outputs have neither namespace nor id, as in COSI. */
export interface DependencyEdge {
  readonly controller: string;
  readonly kind: InputKind | OutputKind;
  readonly namespace: string;
  readonly type: string;
  readonly id: string | undefined;
}

/** A controller that cannot be registered beside those that are. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}

/** Who reads and who writes what. A registration is checked as a whole before any of it counts. */
export class DependencyDatabase {
  readonly #controllers = new Map<string, Controller>();

  /** @throws RegistrationError */
  add(controller: Controller): void {
    if (this.#controllers.has(controller.name)) {
      throw new RegistrationError(`controller "${controller.name}" already registered`);
    }
    this.#checkOutputs(controller);
    this.#checkInputs(controller);
    this.#controllers.set(controller.name, controller);
  }

  /** Outputs first, then inputs by controller, namespace, type and id. */
  edges(): DependencyEdge[] {
    const edges = [...this.#controllers.values()].flatMap((controller) =>
      Object.values(controller.ports).map((port): DependencyEdge =>
        port.direction === 'output'
          ? { controller: controller.name, kind: port.kind, namespace: '', type: port.type.type, id: undefined }
          : {
              controller: controller.name,
              kind: port.kind,
              namespace: port.type.namespace,
              type: port.type.type,
              id: port.id,
            },
      ),
    );
    return edges.sort(compareEdges);
  }

  #checkOutputs(controller: Controller): void {
    for (const [type, kind] of outputsOf(controller)) {
      for (const other of this.#controllers.values()) {
        const held = outputsOf(other).get(type);
        if (held === undefined || (held === 'shared' && kind === 'shared')) continue;
        throw new RegistrationError(
          `resource "${type}" is already managed in ${held === 'exclusive' ? 'exclusive' : 'shared'} mode by "${other.name}"`,
        );
      }
    }
  }

  #checkInputs(controller: Controller): void {
    const seen = new Set<string>();
    for (const port of Object.values(controller.ports)) {
      if (port.direction === 'output') continue;
      const key = JSON.stringify([port.type.namespace, port.type.type, port.id ?? null]);
      if (seen.has(key)) {
        throw new RegistrationError(
          `duplicate controller input: "${controller.name}" -> ${port.type.namespace}/${port.type.type}/${port.id ?? ''}`,
        );
      }
      seen.add(key);
    }
  }
}

function outputsOf(controller: Controller): Map<string, OutputKind> {
  const outputs = new Map<string, OutputKind>();
  for (const port of Object.values(controller.ports)) {
    if (port.direction === 'output') outputs.set(port.type.type, port.kind);
  }
  return outputs;
}

const OUTPUT_ORDER: readonly string[] = ['exclusive', 'shared'];

function compareEdges(a: DependencyEdge, b: DependencyEdge): number {
  const rank = (edge: DependencyEdge): number => {
    const output = OUTPUT_ORDER.indexOf(edge.kind);
    return output < 0 ? OUTPUT_ORDER.length : output;
  };
  return (
    rank(a) - rank(b) ||
    compareText(a.controller, b.controller) ||
    compareText(a.namespace, b.namespace) ||
    compareText(a.type, b.type) ||
    compareText(a.id ?? '', b.id ?? '')
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
