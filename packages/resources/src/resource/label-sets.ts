import { Labels } from './labels.ts';

interface Node {
  labels: Labels | undefined;
  next: Map<string, Node> | undefined;
}

/** Labels of a set that is looked for: two resources hardly share more. */
const MAX_SIZE = 100;

/**
 * Finds the one set that stands for all that are equal to it, so that equal resources share theirs. It forgets all it
 * knows once that is a lot, and gives up if what it knows is seldom asked for.
 */
export class LabelSets {
  readonly #maxNodes: number;
  #root: Node = { labels: undefined, next: undefined };
  #nodes = 0;
  #sets = 0;
  #hits = 0;
  #hasGivenUp = false;

  /** @param maxNodes how many keys and values are remembered at most. */
  constructor(maxNodes = 10_000) {
    this.#maxNodes = maxNodes;
  }

  /** @returns a set that equals the given one: the first of them that came here. */
  intern(labels: Labels): Labels {
    if (labels.size === 0) return Labels.empty;
    if (this.#hasGivenUp || labels.size > MAX_SIZE) return labels;
    const keys = labels.keys();
    const values = labels.values();
    let node = this.#root;
    for (let index = 0; index < keys.length; index += 1) {
      node = this.#step(this.#step(node, keys[index] as string), values[index] as string);
    }
    if (node.labels !== undefined) {
      this.#hits += 1;
      return node.labels;
    }
    node.labels = labels;
    this.#sets += 1;
    if (this.#nodes > this.#maxNodes) this.#forget();
    return labels;
  }

  #step(node: Node, text: string): Node {
    const next = (node.next ??= new Map<string, Node>());
    const known = next.get(text);
    if (known !== undefined) return known;
    const added: Node = { labels: undefined, next: undefined };
    next.set(text, added);
    this.#nodes += 1;
    return added;
  }

  #forget(): void {
    this.#hasGivenUp = this.#hits < this.#sets;
    this.#root = { labels: undefined, next: undefined };
    this.#nodes = 0;
    this.#sets = 0;
    this.#hits = 0;
  }
}
