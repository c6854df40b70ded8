import type { DependencyEdge } from '@cosi-ts/runtime';
import { expect, test } from 'vitest';
import { dotGraph } from './dot.ts';
import type { GraphResource } from './graph.ts';
import { mermaidGraph } from './mermaid.ts';
import { treeGraph } from './tree.ts';

const B = 'Bs.test.dev';
const edges: readonly DependencyEdge[] = [
  { controller: 'a.Maker', kind: 'exclusive', namespace: '', type: B, id: undefined },
  { controller: 'z.Sharer', kind: 'shared', namespace: '', type: 'Cs.test.dev', id: undefined },
  { controller: 'a.Maker', kind: 'destroyReady', namespace: 'n', type: B, id: undefined },
  { controller: 'a.Maker', kind: 'strong', namespace: 'n', type: 'As.test.dev', id: undefined },
  { controller: 'z.Sharer', kind: 'weak', namespace: 'n', type: B, id: 'x' },
];

const resource = (type: string, id: string, owner = ''): GraphResource => ({ namespace: 'n', type, id, owner });
const resources = new Map([
  ['As.test.dev', [resource('As.test.dev', '1')]],
  [B, [resource(B, 'x', 'a.Maker'), resource(B, 'y "quoted"', 'somebody')]],
]);

test('Graphviz: as talosctl writes it', () => {
  expect(dotGraph({ edges, resources: undefined })).toBe(`digraph  {
\t
\tn5[fillcolor="azure2",label="As.test.dev",shape="note",style="filled"];
\tn2[fillcolor="azure2",label="Bs.test.dev",shape="note",style="filled"];
\tn4[fillcolor="azure2",label="Cs.test.dev",shape="note",style="filled"];
\tn1[label="a.Maker",shape="box"];
\tn3[label="z.Sharer",shape="box"];
\tn5->n1[style="solid"];
\tn2->n3[label="x",style="dotted"];
\tn1->n2[style="bold"];
\tn3->n4[style="solid"];
\t
}
`);
});

test('Graphviz: with resources, one cluster for each type', () => {
  expect(dotGraph({ edges, resources })).toBe(`digraph  {
\tsubgraph cluster_s3 {
\t\tlabel="As.test.dev";
\t\tn4[fillcolor="azure2",label="n/As.test.dev/1",shape="note",style="filled"];
\t\t
\t}
\tsubgraph cluster_s5 {
\t\tlabel="Bs.test.dev";
\t\tn6[fillcolor="azure2",label="n/Bs.test.dev/x",shape="note",style="filled"];
\t\tn7[fillcolor="azure2",label="n/Bs.test.dev/y \\"quoted\\"",shape="note",style="filled"];
\t\t
\t}
\tsubgraph cluster_s8 {
\t\tlabel="Cs.test.dev";
\t\t
\t}
\t
\tn1[label="a.Maker",shape="box"];
\tn2[label="z.Sharer",shape="box"];
\tn1->n6[style="solid"];
\tn4->n1[style="solid"];
\tn6->n2[style="dotted"];
\t
}
`);
});

test('Mermaid', () => {
  expect(mermaidGraph({ edges, resources: undefined })).toBe(`flowchart LR
    n1["a.Maker"]
    n2["z.Sharer"]
    n3(["As.test.dev"])
    n4(["Bs.test.dev"])
    n5(["Cs.test.dev"])
    n1 ==> n4
    n2 --> n5
    n3 --> n1
    n4 -.->|"x"| n2
`);
  expect(mermaidGraph({ edges, resources })).toContain(`    subgraph s2["Bs.test.dev"]
        n4(["n/Bs.test.dev/x"])
        n5(["n/Bs.test.dev/y #quot;quoted#quot;"])
    end
`);
});

test('a tree', () => {
  expect(treeGraph({ edges, resources: undefined })).toBe(`a.Maker
├── reads Bs.test.dev in n (destroy-ready)
├── reads As.test.dev in n (strong)
└── writes Bs.test.dev (exclusive)
z.Sharer
├── reads Bs.test.dev in n, x (weak)
└── writes Cs.test.dev (shared)
`);
  expect(treeGraph({ edges, resources })).toContain(`├── reads As.test.dev in n (strong)
│   └── n/1
└── writes Bs.test.dev (exclusive)
    └── n/x
`);
});
