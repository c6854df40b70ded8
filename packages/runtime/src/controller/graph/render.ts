import type { DependencyEdge } from './edges.ts';

/** One arrow of a picture: what is read points to its reader, a writer to what it writes. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly isStrong: boolean;
}

/** The graph in the language of Graphviz. Controllers are boxes, resources are ellipses. */
export function dependencyDot(edges: readonly DependencyEdge[]): string {
  const { controllers, resources, arrows } = pictureOf(edges);
  return [
    'digraph {',
    '  rankdir=LR;',
    ...controllers.map((name) => `  ${quote(name)} [shape=box];`),
    ...resources.map((name) => `  ${quote(name)} [shape=ellipse];`),
    ...arrows.map(({ from, to, label, isStrong }) => {
      const style = isStrong ? 'solid' : 'dashed';
      return `  ${quote(from)} -> ${quote(to)} [label=${quote(label)},style=${style}];`;
    }),
    '}',
    '',
  ].join('\n');
}

/** The graph as a Mermaid flow chart, as Markdown pages show it. */
export function dependencyMermaid(edges: readonly DependencyEdge[]): string {
  const { controllers, resources, arrows } = pictureOf(edges);
  const ids = new Map([...controllers, ...resources].map((name, index) => [name, `n${index}`]));
  return [
    'flowchart LR',
    ...controllers.map((name) => `  ${ids.get(name)}[${mermaidText(name)}]`),
    ...resources.map((name) => `  ${ids.get(name)}([${mermaidText(name)}])`),
    ...arrows.map(({ from, to, label, isStrong }) => {
      const arrow = isStrong ? '-->' : '-.->';
      return `  ${ids.get(from)} ${arrow}|${mermaidText(label)}| ${ids.get(to)}`;
    }),
    '',
  ].join('\n');
}

function pictureOf(edges: readonly DependencyEdge[]) {
  const controllers = new Set<string>();
  const resources = new Set<string>();
  const arrows: Arrow[] = [];
  for (const { controller, kind, type, id } of edges) {
    const isOutput = kind === 'exclusive' || kind === 'shared';
    const isStrong = kind === 'exclusive' || kind === 'strong' || kind === 'primary';
    controllers.add(controller);
    resources.add(type);
    const [from, to] = isOutput ? [controller, type] : [type, controller];
    arrows.push({ from, to, label: id === undefined ? kind : `${kind} ${id}`, isStrong });
  }
  return { controllers: [...controllers].sort(), resources: [...resources].sort(), arrows };
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function mermaidText(text: string): string {
  return `"${text.replaceAll('"', '#quot;')}"`;
}
