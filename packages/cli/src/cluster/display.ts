import { Affiliate, Member, type MemberSpec, type ResourceType } from '@cosi-ts/resources';
import type { TextSink } from '../io.ts';
import { printer } from '../output/printer.ts';
import type { ClusterNode } from './cluster.ts';
import type { Convergence, MemberChange } from './convergence.ts';

/** Prints what a node has of a type, as `cosi get` does. */
async function printTable(write: (text: string) => void, node: ClusterNode, type: ResourceType): Promise<void> {
  const { displayType, columns: printColumns } = type;
  const table = printer({ kind: 'table' }, { displayType, printColumns }, { write });
  for (const { metadata, spec } of await node.node.state.list(type)) {
    table.resource({ node: addressOf(node), metadata, specYaml: type.spec.toYaml(spec) });
  }
  table.end();
}

/** Members, then affiliates, of one node: what `--once` shows. */
export async function printOutcome(out: TextSink, node: ClusterNode): Promise<void> {
  const write = (text: string): void => out.write(text);
  await printTable(write, node, Member);
  out.write('\n');
  await printTable(write, node, Affiliate);
}

/** One line for a change: what is told where nobody looks at a table. */
export function changeLine({ node, member, spec }: MemberChange): string {
  return spec === undefined ? `${node}: - ${member}\n` : `${node}: + ${member} ${describe(spec)}\n`;
}

function describe({ machineType, operatingSystem, addresses }: MemberSpec): string {
  return `${machineType} ${operatingSystem} ${JSON.stringify(addresses)}`;
}

/** Rewrites itself on a terminal: progress while the cluster forms, then the members of the first node. */
export class LiveView {
  readonly #out: TextSink;
  readonly #nodes: readonly ClusterNode[];
  #height = 0;
  #drawing = false;
  #again = false;

  constructor(out: TextSink, nodes: readonly ClusterNode[]) {
    this.#out = out;
    this.#nodes = nodes;
  }

  /** Draws what there is now; calls while it draws become one. */
  async draw(convergence: Convergence): Promise<void> {
    if (this.#drawing) {
      this.#again = true;
      return;
    }
    this.#drawing = true;
    do {
      this.#again = false;
      this.#replace(convergence.isComplete ? await this.#members() : this.#progress(convergence));
    } while (this.#again);
    this.#drawing = false;
  }

  #progress(convergence: Convergence): string {
    const total = this.#nodes.length;
    const complete = convergence.progress().filter(({ members }) => members === total).length;
    return `forming: ${complete} of ${total} nodes see all ${total} members\n`;
  }

  async #members(): Promise<string> {
    const [first] = this.#nodes;
    if (first === undefined) return '';
    let text = '';
    await printTable((part) => (text += part), first, Member);
    return text;
  }

  #replace(text: string): void {
    const shown = fit(text, this.#out.columns ?? 80, this.#out.rows ?? 24);
    const up = this.#height === 0 ? '' : `\u001b[${this.#height}A\u001b[J`;
    this.#out.write(`${up}${shown.text}`);
    this.#height = shown.height;
  }
}

/** As many lines as can be taken back: what scrolled out of a terminal cannot be written over. */
function fit(text: string, columns: number, rows: number): { readonly text: string; readonly height: number } {
  const lines = text.split('\n').slice(0, -1);
  const heightOf = (line: string): number => Math.max(1, Math.ceil(line.length / columns));
  let height = 0;
  let count = 0;
  for (const line of lines) {
    // One line for the cursor, one to say what is left out.
    if (height + heightOf(line) > rows - 2) break;
    height += heightOf(line);
    count += 1;
  }
  const kept = lines.slice(0, count);
  if (count < lines.length) kept.push(`… and ${lines.length - count} more`);
  return { text: kept.map((line) => `${line}\n`).join(''), height: height + kept.length - count };
}

/** How the table names a node: by its first address. */
function addressOf({ address, name }: ClusterNode): string {
  return address ?? name;
}
