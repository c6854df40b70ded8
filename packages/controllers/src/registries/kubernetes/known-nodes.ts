import { follow, type ChangedBatch, type ChangesCursor, type Owner } from '@cosi-ts/core';
import { nodeIdOf } from './affiliate-from-node.ts';
import type { KubernetesNode } from './kubernetes-node.ts';
import { NodesReplica, type NodesReplicaOptions } from './nodes-replica.ts';

export interface KnownNodesOptions extends Omit<NodesReplicaOptions, 'name'> {
  /** Called with the affiliates that Nodes began, went on or ceased to speak of. */
  readonly onAffiliates: (ids: ReadonlySet<string>) => void;
}

/** The Nodes of a cluster by the affiliate that each speaks of. One changed Node costs one Node's work. */
export class KnownNodes {
  readonly #replica: NodesReplica;
  readonly #changes: ChangesCursor<KubernetesNode>;
  readonly #owner: Owner;
  readonly #onAffiliates: KnownNodesOptions['onAffiliates'];
  readonly #idOf = new Map<string, string>();
  readonly #namesOf = new Map<string, Set<string>>();

  constructor(options: KnownNodesOptions) {
    this.#owner = options.owner;
    this.#onAffiliates = options.onAffiliates;
    this.#replica = new NodesReplica(options);
    this.#changes = this.#replica.table.changes();
    follow(options.owner, this.#changes, (batch) => this.#take(batch));
  }

  get condition(): NodesReplica['condition'] {
    return this.#replica.condition;
  }

  /** Whether an affiliate that is not found is none. */
  get hasListed(): boolean {
    return this.#replica.hasListed;
  }

  /** The affiliates that any Node speaks of. */
  get ids(): ReadonlySet<string> {
    return new Set(this.#current().keys());
  }

  /** How many affiliates Nodes speak of, not counting this one. */
  countWithout(nodeId: string): number {
    const names = this.#current();
    return names.size - Number(names.has(nodeId));
  }

  /** The Node that speaks of an affiliate, other than the one named; of several, the one with the greatest name. */
  find(nodeId: string, except: string): KubernetesNode | undefined {
    const names = [...(this.#current().get(nodeId) ?? [])].filter((name) => name !== except).sort();
    const last = names.at(-1);
    return last === undefined ? undefined : this.#replica.table.get(last);
  }

  close(): Promise<void> {
    return this.#owner.close();
  }

  /** As of the last change, whoever is told of it first. */
  #current(): ReadonlyMap<string, ReadonlySet<string>> {
    for (let batch = this.#changes.pull(); batch !== undefined; batch = this.#changes.pull()) this.#take(batch);
    return this.#namesOf;
  }

  #take({ changed }: ChangedBatch<KubernetesNode>): void {
    const touched = new Set<string>();
    for (const { key, value } of changed) {
      for (const id of [this.#idOf.get(key), this.#move(key, value)]) if (id !== undefined) touched.add(id);
    }
    if (touched.size > 0) this.#onAffiliates(touched);
  }

  /** @returns the affiliate that it speaks of now */
  #move(name: string, node: KubernetesNode | undefined): string | undefined {
    const before = this.#idOf.get(name);
    const after = node && nodeIdOf(node);
    if (before === after) return after;
    if (before !== undefined) {
      const names = this.#namesOf.get(before);
      names?.delete(name);
      if (names?.size === 0) this.#namesOf.delete(before);
      this.#idOf.delete(name);
    }
    if (after !== undefined) {
      this.#idOf.set(name, after);
      this.#namesOf.set(after, (this.#namesOf.get(after) ?? new Set()).add(name));
    }
    return after;
  }
}
