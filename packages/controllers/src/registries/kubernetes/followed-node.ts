import { follow, type Host, type Owner } from '@cosi-ts/core';
import { NO_KUBECONFIG } from './access-condition.ts';
import type { KubernetesAccess } from './api.ts';
import type { KubernetesNode } from './kubernetes-node.ts';
import { NodesReplica } from './nodes-replica.ts';

interface FollowedNodeOptions {
  readonly host: Host;
  readonly owner: Owner;
  readonly access: KubernetesAccess | undefined;
  readonly wake: () => void;
}

/** The own Node, under the name that it has now. */
export class FollowedNode {
  readonly #options: FollowedNodeOptions;
  #name: string | undefined;
  #current: { readonly replica: NodesReplica; readonly owner: Owner } | undefined;

  constructor(options: FollowedNodeOptions) {
    this.#options = options;
  }

  get condition() {
    return this.#current?.replica.condition ?? NO_KUBECONFIG;
  }

  get node(): KubernetesNode | undefined {
    return this.#name === undefined ? undefined : this.#current?.replica.table.get(this.#name);
  }

  /** Whether there is no Node if none is found. */
  get hasListed(): boolean {
    return this.#current?.replica.hasListed ?? true;
  }

  async aim(name: string | undefined): Promise<void> {
    const { owner: parent, host, access, wake } = this.#options;
    if (name === this.#name) return;
    await this.#current?.owner.close();
    this.#current = undefined;
    this.#name = name;
    if (name === undefined || access === undefined) return;
    const owner = parent.child('node');
    const replica = new NodesReplica({ host, owner, access, name, onCondition: wake });
    follow(owner, replica.table.changes(), () => wake());
    this.#current = { replica, owner };
  }
}
