import { writeFileAtomically, type Host } from '@cosi-ts/core';

/**
 * The name of the Node that this node put annotations on, kept in its directory: whoever switches the registry off, or
 * renames the node, while it is down finds them removed when it is up again.
 */
export class AnnotatedNode {
  readonly #files: Host['files'];
  readonly #path: string;
  /** Undefined: not read yet. */
  #name: string | null | undefined;

  constructor(files: Host['files'], directory: string) {
    this.#files = files;
    this.#path = `${directory}/${ANNOTATED_NODE_FILE}`;
  }

  /** Undefined if there is none. @throws FileError */
  async read(): Promise<string | undefined> {
    if (this.#name === undefined) {
      const text = new TextDecoder().decode(await this.#files.read(this.#path));
      this.#name = /^nodename: (\S+)$/m.exec(text)?.[1] ?? null;
    }
    return this.#name ?? undefined;
  }

  /** Before the first annotation. @throws FileError */
  async write(name: string): Promise<void> {
    if ((await this.read()) === name) return;
    await writeFileAtomically(this.#files, this.#path, new TextEncoder().encode(`nodename: ${name}\n`));
    this.#name = name;
  }

  /** After the last one is gone. @throws FileError */
  async clear(): Promise<void> {
    await this.#files.remove(this.#path);
    this.#name = null;
  }
}

const ANNOTATED_NODE_FILE = 'kubernetes-node.yaml';
