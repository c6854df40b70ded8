import { follow, type ChangesCursor, type Owner } from '@cosi-ts/core';
import { Member, type MemberSpec, type Resource } from '@cosi-ts/resources';
import type { ClusterNode } from './cluster.ts';

/** A change of what one node takes for the members of the cluster. */
export interface MemberChange {
  /** The name of the node that sees it. */
  readonly node: string;
  readonly member: string;
  /** Undefined: the member is gone. */
  readonly spec: MemberSpec | undefined;
}

/** Follows the members as every node sees them, and tells when all of them see all of them. */
export class Convergence {
  readonly #nodes: readonly ClusterNode[];
  readonly #seen = new Map<string, Map<string, MemberSpec>>();
  readonly #complete: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor(nodes: readonly ClusterNode[], owner: Owner, onChange: (change: MemberChange) => void) {
    this.#nodes = nodes;
    this.#complete = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    for (const node of nodes) this.#follow(node, owner, onChange);
  }

  /** Resolves once every node has listed every node. */
  get complete(): Promise<void> {
    return this.#complete;
  }

  get isComplete(): boolean {
    return this.progress().every(({ members }) => members === this.#nodes.length);
  }

  /** How many members each node sees, of how many nodes there are. */
  progress(): readonly { readonly node: string; readonly members: number }[] {
    return this.#nodes.map(({ name }) => ({ node: name, members: this.#seen.get(name)?.size ?? 0 }));
  }

  #follow({ name, node }: ClusterNode, owner: Owner, onChange: (change: MemberChange) => void): void {
    const cursor = node.state.changes?.(Member) as ChangesCursor<Resource<MemberSpec>> | undefined;
    if (cursor === undefined) return;
    const members = new Map<string, MemberSpec>();
    this.#seen.set(name, members);
    follow(owner, cursor, ({ changed }) => {
      for (const { key, value } of changed) {
        if (value === undefined) members.delete(key);
        else members.set(key, value.spec);
        onChange({ node: name, member: key, spec: value?.spec });
      }
      if (this.isComplete) this.#resolve();
    });
  }
}
