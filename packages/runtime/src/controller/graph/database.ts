import type { Controller } from '../controller.ts';
import type { Input, InputKind, OutputKind } from '../ports.ts';

/** A controller that cannot be registered beside those that are. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError';
}

/** Who is registered. A registration is checked as a whole before any of it counts. */
export class DependencyDatabase {
  readonly #controllers = new Map<string, Controller>();

  /** @throws RegistrationError */
  add(controller: Controller): void {
    if (this.#controllers.has(controller.name)) {
      throw new RegistrationError(`controller "${controller.name}" already registered`);
    }
    if (!Number.isInteger(controller.concurrency) || controller.concurrency < 1) {
      throw new RegistrationError(`invalid concurrency: ${controller.concurrency}`);
    }
    for (const port of Object.values(controller.ports)) {
      if (port.direction === 'input') checkKind(port, controller);
    }
    this.#checkOutputs(controller);
    checkDuplicates(controller);
    this.#controllers.set(controller.name, controller);
  }

  controllers(): readonly Controller[] {
    return [...this.#controllers.values()];
  }

  #checkOutputs(controller: Controller): void {
    for (const [type, kind] of outputsOf(controller)) {
      const holders = this.controllers()
        .filter((other) => outputsOf(other).has(type))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const [first] = holders;
      if (first === undefined) continue;
      const held = outputsOf(first).get(type);
      if (held === 'shared' && kind === 'shared') continue;
      // The first words are the COSI runtime's.
      throw new RegistrationError(
        `resource "${type}" is already managed in ${held} mode by "${first.name}"; ` +
          'let one controller write it, or declare all its outputs shared',
      );
    }
  }
}

/** The types that a controller writes. As in COSI it is the type alone that counts, whatever the namespace. */
function outputsOf(controller: Controller): ReadonlyMap<string, OutputKind> {
  const outputs = new Map<string, OutputKind>();
  for (const port of Object.values(controller.ports)) {
    if (port.direction !== 'output') continue;
    const known = outputs.get(port.type.type);
    if (known !== undefined && known !== port.kind) {
      throw new RegistrationError(
        `resource "${port.type.type}" is already managed in ${known} mode by "${controller.name}"; ` +
          'declare both its outputs shared',
      );
    }
    outputs.set(port.type.type, port.kind);
  }
  return outputs;
}

const LOOP_KINDS: readonly InputKind[] = ['weak', 'strong', 'destroyReady'];
const QUEUE_KINDS: readonly InputKind[] = ['primary', 'mapped', 'mappedDestroyReady'];

function checkKind({ kind }: Input, { name, style }: Controller): void {
  if ((style === 'loop' ? LOOP_KINDS : QUEUE_KINDS).includes(kind)) return;
  const number = [...LOOP_KINDS, ...QUEUE_KINDS].indexOf(kind);
  throw new RegistrationError(`invalid input kind ${number} for controller "${name}"`);
}

/** One port a thing: two inputs of one kind with the same ids, or two outputs of one kind, are a slip. */
function checkDuplicates({ name, ports }: Controller): void {
  const seen = new Set<string>();
  for (const port of Object.values(ports)) {
    const { namespace, type } = port.type;
    const keys = port.direction === 'output' ? ['output'] : (port.ids?.map((id) => `id ${id}`) ?? ['input']);
    for (const key of keys) {
      const place = JSON.stringify([namespace, type, key]);
      if (seen.has(place)) {
        throw new RegistrationError(
          port.direction === 'output'
            ? `duplicate ${port.kind} controller output: "${type}" -> "${name}"`
            : `duplicate controller input: "${name}" -> ${namespace}/${type}${key.startsWith('id ') ? `/${key.slice(3)}` : ''}`,
        );
      }
      seen.add(place);
    }
  }
}
