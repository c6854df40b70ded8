import { arrowsOf, controllersOf, isDrawn, resourceName, typesOf, type Arrow, type ControllerGraph } from './graph.ts';

/** The graph in the language of Graphviz, as talosctl writes it; where it shows resources, it numbers them as they come. */
export function dotGraph(graph: ControllerGraph): string {
  const ids = graph.resources === undefined ? idsOfTypes(graph) : idsOfResources(graph);
  const box = (name: string): string => node(ids, name, `label=${quote(name)},shape="box"`);
  const note = (name: string): string =>
    node(ids, name, `fillcolor="azure2",label=${quote(name)},shape="note",style="filled"`);
  const controllers = [...controllersOf(graph)].sort();
  const lines =
    graph.resources === undefined
      ? [
          '',
          ...[...typesOf(graph).map((type) => [type, note(type)]), ...controllers.map((name) => [name, box(name)])]
            .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
            .map(([, line]) => line),
        ]
      : [...typesOf(graph).flatMap((type) => cluster(graph, type, ids, note)), '', ...controllers.map(box)];
  const arrows = [...Map.groupBy(arrowsOf(graph), ({ from }) => from)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => group.map((arrow) => edge(ids, arrow, graph.resources !== undefined)));
  return `digraph  {\n${[...lines, ...arrows, ''].map((line) => `\t${line}\n`).join('')}}\n`;
}

type Ids = ReadonlyMap<string, number>;

function idsOfTypes({ edges }: ControllerGraph): Ids {
  const names = edges.filter(isDrawn).flatMap(({ controller, type }) => [controller, type]);
  return new Map(
    [...new Set([...names, ...edges.map(({ controller }) => controller)])].map((name, index) => [name, index + 1]),
  );
}

function idsOfResources(graph: ControllerGraph): Ids {
  const resources = typesOf(graph).flatMap((type) => [
    clusterName(type),
    ...(graph.resources?.get(type) ?? []).map(resourceName),
  ]);
  return new Map([...controllersOf(graph), ...resources].map((name, index) => [name, index + 1]));
}

/** No resource and no controller has such a name. */
function clusterName(type: string): string {
  return `\n${type}`;
}

function cluster(graph: ControllerGraph, type: string, ids: Ids, note: (name: string) => string): readonly string[] {
  return [
    `subgraph cluster_s${ids.get(clusterName(type))} {`,
    `\tlabel=${quote(type)};`,
    ...(graph.resources?.get(type) ?? []).map((resource) => `\t${note(resourceName(resource))}`),
    '\t',
    '}',
  ];
}

function node(ids: Ids, name: string, attributes: string): string {
  return `n${ids.get(name)}[${attributes}];`;
}

function edge(ids: Ids, { from, to, label, kind }: Arrow, hasResources: boolean): string {
  const style = STYLES[kind];
  const attributes = [
    ...(label === undefined ? [] : [`label=${quote(label)}`]),
    `style="${hasResources && style === 'bold' ? 'solid' : style}"`,
  ];
  return `n${ids.get(from)}->n${ids.get(to)}[${attributes.join(',')}];`;
}

const STYLES: Readonly<Record<Arrow['kind'], string>> = {
  exclusive: 'bold',
  shared: 'solid',
  strong: 'solid',
  primary: 'solid',
  weak: 'dotted',
  mapped: 'dotted',
  destroyReady: 'dotted',
  mappedDestroyReady: 'dotted',
};

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
