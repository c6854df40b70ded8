import { arrowsOf, controllersOf, resourceName, typesOf, type ControllerGraph } from './graph.ts';

/** The graph as a Mermaid flow chart, as Markdown pages show it. */
export function mermaidGraph(graph: ControllerGraph): string {
  const controllers = [...controllersOf(graph)].sort();
  const types = typesOf(graph);
  const shown = graph.resources === undefined ? types : types.flatMap((type) => namesOf(graph, type));
  const ids = new Map([...controllers, ...shown].map((name, index) => [name, `n${index + 1}`]));
  const note = (name: string): string => `${ids.get(name)}([${text(name)}])`;
  return [
    'flowchart LR',
    ...controllers.map((name) => `    ${ids.get(name)}[${text(name)}]`),
    ...(graph.resources === undefined
      ? types.map((type) => `    ${note(type)}`)
      : types.flatMap((type, index) => [
          `    subgraph s${index + 1}[${text(type)}]`,
          ...namesOf(graph, type).map((name) => `        ${note(name)}`),
          '    end',
        ])),
    ...arrowsOf(graph).map(({ from, to, label, kind }) => {
      const arrow = { exclusive: '==>', weak: '-.->', mapped: '-.->' }[kind as string] ?? '-->';
      return `    ${ids.get(from)} ${arrow}${label === undefined ? '' : `|${text(label)}|`} ${ids.get(to)}`;
    }),
    '',
  ].join('\n');
}

function namesOf({ resources }: ControllerGraph, type: string): readonly string[] {
  return (resources?.get(type) ?? []).map(resourceName);
}

function text(value: string): string {
  return `"${value.replaceAll('"', '#quot;')}"`;
}
