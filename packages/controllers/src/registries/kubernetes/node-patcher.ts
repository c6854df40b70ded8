import { withDeadline, type Host, type Owner } from '@cosi-ts/core';
import { AnnotatedNode } from './annotated-node.ts';
import { NOTHING_SAID, type AnnotationChanges } from './annotations.ts';
import { KubernetesError, type KubernetesAccess } from './api.ts';

export interface NodePatcherOptions {
  readonly host: Host;
  readonly owner: Owner;
  readonly access: KubernetesAccess;
  /** The node's: it remembers which Node has annotations of ours. */
  readonly directory: string;
}

/** Milliseconds for one patch. */
const TIMEOUT = 30_000;

/** Writes annotations to Nodes, and remembers over restarts which Node has any. Calls throw KubernetesError and FileError. */
export class NodePatcher {
  readonly #options: NodePatcherOptions;
  readonly #annotated: AnnotatedNode;
  #server = '';

  constructor(options: NodePatcherOptions) {
    this.#options = options;
    this.#annotated = new AnnotatedNode(options.host.files, options.directory);
  }

  /** What was spoken to last; empty if nothing was. */
  get server(): string {
    return this.#server;
  }

  /** The Node that has annotations of ours; undefined if none has. */
  annotated(): Promise<string | undefined> {
    return this.#annotated.read();
  }

  /** @returns false if there is no such Node */
  async annotate(node: string, changes: AnnotationChanges): Promise<boolean> {
    await this.#annotated.write(node);
    return this.#patch(node, changes);
  }

  /** Removes all of ours from the Node that has them. */
  async takeBack(): Promise<void> {
    const node = await this.#annotated.read();
    if (node === undefined) return;
    await this.#patch(node, NOTHING_SAID);
    await this.#annotated.clear();
  }

  /** Leaves them where they are. */
  forget(): Promise<void> {
    return this.#annotated.clear();
  }

  async #patch(node: string, changes: AnnotationChanges): Promise<boolean> {
    const { access, host, owner } = this.#options;
    const api = await owner.guard(access.open());
    this.#server = api.server;
    try {
      const work = (signal: AbortSignal) => owner.guard(api.annotate(node, changes, signal));
      await withDeadline(host.timers, TIMEOUT, owner.signal, work);
      return true;
    } catch (thrown) {
      if (thrown instanceof KubernetesError && thrown.status === 404) return false;
      throw thrown;
    }
  }
}
