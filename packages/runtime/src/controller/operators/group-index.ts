/**
 * Which resources belong to which group: what an operator remembers, so that a changed resource costs the work of its
 * own group (of two, if it moved), whatever the number of the others.
 */
export class GroupIndex {
  readonly #groupOf = new Map<string, string>();
  /** Most groups have one member, or a few, which need no set. One whose only member has its name is not here at all. */
  readonly #members = new Map<string, string | string[] | Set<string>>();

  groupOf(id: string): string | undefined {
    return this.#groupOf.get(id);
  }

  /** The groups that have members. */
  *all(): Iterable<string> {
    yield* this.#members.keys();
    for (const [id, group] of this.#groupOf) if (id === group && !this.#members.has(group)) yield group;
  }

  /** The ids in a group, in no order; the list is good until the next move. */
  members(group: string): readonly string[] {
    const members = this.#members.get(group);
    if (members === undefined) return this.#groupOf.get(group) === group ? [group] : NOBODY;
    if (typeof members === 'string') return [members];
    return Array.isArray(members) ? members : [...members];
  }

  /** Puts a resource into a group; undefined: into none. @returns the groups that this concerns */
  move(id: string, to: string | undefined): readonly string[] {
    const from = this.#groupOf.get(id);
    if (from === to) return to === undefined ? NOBODY : [to];
    if (from !== undefined) this.#leave(id, from);
    if (to === undefined) {
      this.#groupOf.delete(id);
      return from === undefined ? NOBODY : [from];
    }
    this.#join(id, to);
    this.#groupOf.set(id, to);
    return from === undefined ? [to] : [from, to];
  }

  #join(id: string, group: string): void {
    const members = this.#members.get(group);
    if (members === undefined) {
      // Before it is noted where `id` is: who is here by its name alone was here before.
      if (this.#groupOf.get(group) === group) this.#members.set(group, [group, id]);
      else if (id !== group) this.#members.set(group, id);
    } else if (typeof members === 'string') this.#members.set(group, [members, id]);
    else if (!Array.isArray(members)) members.add(id);
    else if (members.length < FEW) this.#members.set(group, [...members, id]);
    else this.#members.set(group, new Set([...members, id]));
  }

  #leave(id: string, group: string): void {
    const members = this.#members.get(group);
    if (members === undefined || members === id) {
      this.#members.delete(group);
    } else if (Array.isArray(members)) {
      const others = members.filter((other) => other !== id);
      this.#members.set(group, others.length === 1 ? (others[0] ?? '') : others);
    } else if (typeof members !== 'string') {
      members.delete(id);
      if (members.size === 0) this.#members.delete(group);
    }
  }
}

const FEW = 8;

const NOBODY: readonly string[] = Object.freeze([]);
