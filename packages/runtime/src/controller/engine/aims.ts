import type { PortDeclarations } from '../ports.ts';

/** Undefined: all of the kind. */
type Aim = ReadonlySet<string> | undefined;

/** What a controller's inputs are aimed at; it outlives the controller's runs. */
export class Aims {
  readonly #declarations: PortDeclarations;
  readonly #aims = new Map<string, Aim>();

  constructor(declarations: PortDeclarations) {
    this.#declarations = declarations;
    for (const port of Object.keys(declarations)) this.#aims.set(port, this.#declared(port));
  }

  of(port: string): Aim {
    return this.#aims.get(port);
  }

  /**
   * @param ids undefined: what was declared
   * @returns how it differs from what was before; `wider` if something is followed that was not
   * @throws TypeError for an output
   */
  set(port: string, ids: readonly string[] | undefined): 'none' | 'narrower' | 'wider' {
    if (this.#declarations[port]?.direction !== 'input')
      throw new TypeError(`"${port}" is no input that could be aimed`);
    const aim = ids === undefined ? this.#declared(port) : new Set(ids);
    const before = this.#aims.get(port);
    if (isWithin(aim, before) && isWithin(before, aim)) return 'none';
    this.#aims.set(port, aim);
    return isWithin(aim, before) ? 'narrower' : 'wider';
  }

  #declared(port: string): Aim {
    const declaration = this.#declarations[port];
    if (declaration?.direction !== 'input' || declaration.ids === undefined) return undefined;
    return new Set(declaration.ids);
  }
}

function isWithin(a: Aim, b: Aim): boolean {
  return b === undefined || (a !== undefined && a.isSubsetOf(b));
}
