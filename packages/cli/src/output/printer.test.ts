import { newMetadata, parseVersion, UNDEFINED_VERSION, Labels, type NewMetadata } from '@cosi-ts/resources';
import { expect, test } from 'vitest';
import { CommandError } from '../io.ts';
import { parseOutputFormat } from './format.ts';
import { printer, type PrintedType, type PrinterOptions } from './printer.ts';
import type { OutputEvent, OutputResource } from './resource.ts';

const MEMBER: PrintedType = {
  displayType: 'Member',
  printColumns: [
    { name: 'Hostname', jsonPath: '{.hostname}' },
    { name: 'Machine Type', jsonPath: '{.machineType}' },
    { name: 'OS', jsonPath: '{.operatingSystem}' },
    { name: 'Addresses', jsonPath: '{.addresses}' },
  ],
};

const TIME = '2022-10-12T12:00:00Z' as NonNullable<NewMetadata['created']>;

function member(index: number, version: string, metadata: NewMetadata = {}): OutputResource {
  const hostname = `talos-default-controlplane-${index}`;
  const ulas = ['8c13:71ff:feaf:7c94', '986b:7eff:fec5:889d'];
  return {
    node: '172.20.0.2',
    metadata: newMetadata(
      { namespace: 'cluster', type: 'Members.cluster.talos.dev', id: hostname },
      { version: parseVersion(version) ?? UNDEFINED_VERSION, created: TIME, updated: TIME, ...metadata },
    ),
    specYaml: `nodeId: id-${index}
addresses:
    - 172.20.0.${index + 1}
    - fd83:b1f7:fcb5:2802:${ulas[index - 1]}
hostname: ${hostname}
machineType: controlplane
operatingSystem: Talos (v1.3.0-alpha.1)
`,
  };
}

const IDENTITY: OutputResource = {
  node: '172.20.0.2',
  metadata: newMetadata(
    { namespace: 'cluster', type: 'Identities.cluster.talos.dev', id: 'local' },
    {
      version: parseVersion('1') ?? UNDEFINED_VERSION,
      owner: 'cluster.NodeIdentityController',
      created: TIME,
      updated: TIME,
    },
  ),
  specYaml: 'nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd\n',
};

type Step = readonly [OutputResource, OutputEvent?] | 'bootstrapped';

function printed(format: string, steps: readonly Step[], options: Partial<PrinterOptions> = {}, type = MEMBER): string {
  let text = '';
  const out = printer(parseOutputFormat(format), type, { write: (part) => (text += part), ...options });
  for (const step of steps) {
    if (step === 'bootstrapped') out.bootstrapped();
    else out.resource(...step);
  }
  out.end();
  return text;
}

test('members as the Talos page shows them', () => {
  expect(printed('table', [[member(1, '2')], [member(2, '1')]])).toBe(
    `NODE         NAMESPACE   TYPE     ID                             VERSION   HOSTNAME                       MACHINE TYPE   OS                       ADDRESSES
172.20.0.2   cluster     Member   talos-default-controlplane-1   2         talos-default-controlplane-1   controlplane   Talos (v1.3.0-alpha.1)   ["172.20.0.2","fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94"]
172.20.0.2   cluster     Member   talos-default-controlplane-2   1         talos-default-controlplane-2   controlplane   Talos (v1.3.0-alpha.1)   ["172.20.0.3","fd83:b1f7:fcb5:2802:986b:7eff:fec5:889d"]
`,
  );
});

test('the header alone where there is nothing', () => {
  expect(printed('table', [])).toBe(
    'NODE   NAMESPACE   TYPE   ID   VERSION   HOSTNAME   MACHINE TYPE   OS   ADDRESSES\n',
  );
});

test('an identity as the Talos page shows it', () => {
  expect(printed('yaml', [[IDENTITY]])).toBe(`node: 172.20.0.2
metadata:
    namespace: cluster
    type: Identities.cluster.talos.dev
    id: local
    version: 1
    owner: cluster.NodeIdentityController
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
spec:
    nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd
`);
});

test('yaml: dashes before each but the first, what happened when watching, sets where there are any', () => {
  const labelled = member(1, '3', {
    labels: Labels.of({ zone: 'a', app: '1' }),
    annotations: Labels.of({ note: 'a: b' }),
    finalizers: ['z', 'a'],
  });
  expect(printed('yaml', [[IDENTITY, 'created'], 'bootstrapped', [labelled, 'destroyed']], { watch: true })).toBe(
    `node: 172.20.0.2
event: created
metadata:
    namespace: cluster
    type: Identities.cluster.talos.dev
    id: local
    version: 1
    owner: cluster.NodeIdentityController
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
spec:
    nodeId: Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd
---
node: 172.20.0.2
event: destroyed
metadata:
    namespace: cluster
    type: Members.cluster.talos.dev
    id: talos-default-controlplane-1
    version: 3
    owner:
    phase: running
    created: 2022-10-12T12:00:00Z
    updated: 2022-10-12T12:00:00Z
    labels:
        app: 1
        zone: a
    annotations:
        note: 'a: b'
    finalizers:
        - z
        - a
spec:
    nodeId: id-1
    addresses:
        - 172.20.0.2
        - fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94
    hostname: talos-default-controlplane-1
    machineType: controlplane
    operatingSystem: Talos (v1.3.0-alpha.1)
`,
  );
});

test('json: sorted keys, the version a number, no list around', () => {
  expect(printed('json', [[IDENTITY], [IDENTITY]])).toBe(
    `{
    "metadata": {
        "created": "2022-10-12T12:00:00Z",
        "id": "local",
        "namespace": "cluster",
        "owner": "cluster.NodeIdentityController",
        "phase": "running",
        "type": "Identities.cluster.talos.dev",
        "updated": "2022-10-12T12:00:00Z",
        "version": 1
    },
    "node": "172.20.0.2",
    "spec": {
        "nodeId": "Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd"
    }
}
`.repeat(2),
  );
});

test('json: an owner that is empty is null, as YAML reads nothing', () => {
  expect(printed('json', [[member(1, '1'), 'updated']], { watch: true })).toMatch(
    /^\{\n {4}"event": "updated",\n[^]*"owner": null,[^]*"spec": \{\n {8}"addresses": \[\n {12}"172\.20\.0\.2",\n/,
  );
});

test.each([
  ['{.spec.hostname}', 'talos-default-controlplane-1\n'],
  ['{.spec.addresses[0]}', '172.20.0.2\n'],
  ['{.spec.addresses[:]}', '172.20.0.2\nfd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94\n'],
  ['{.spec.addresses}', '[\n    "172.20.0.2",\n    "fd83:b1f7:fcb5:2802:8c13:71ff:feaf:7c94"\n]\n'],
  ['{.node}', '172.20.0.2\n'],
  ['{.metadata.version}', '2\n'],
  ['{.metadata.owner}', '<nil>\n'],
  ['{.metadata.created}', '"2022-10-12T12:00:00Z"\n'],
])('jsonpath: %s', (expression, expected) => {
  expect(printed(`jsonpath=${expression}`, [[member(1, '2')]])).toBe(expected);
});

test('jsonpath: a range finds the same in every resource', () => {
  const expression = 'jsonpath={range .spec.addresses[*]}{@}{end}{.spec.nodeId}';
  expect(printed(expression, [[member(1, '1')], [member(2, '1')]]).split('\n')).toHaveLength(7);
});

test('jsonpath: what is not there is an error, and so is an expression that is none', () => {
  expect(() => printed('jsonpath={.spec.absent}', [[member(1, '1')]])).toThrow(
    new CommandError('error finding result for jsonpath: absent is not found'),
  );
  expect(() => parseOutputFormat('jsonpath={.spec')).toThrow(
    new CommandError('error parsing jsonpath: unclosed action', { exitCode: 2 }),
  );
});

test('an unknown format is a usage error with the cure', () => {
  expect(() => parseOutputFormat('xml')).toThrow(
    expect.objectContaining({
      message: 'output format "xml" is not supported: use one of table, wide, yaml, json, jsonpath=EXPR, name',
      exitCode: 2,
    }),
  );
});

test('name: the complete type and the id', () => {
  expect(printed('name', [[IDENTITY], [member(1, '2')]])).toBe(
    'identities.cluster.talos.dev/local\nmembers.cluster.talos.dev/talos-default-controlplane-1\n',
  );
});

const SMALL: PrintedType = { displayType: 'T', printColumns: [{ name: 'X', jsonPath: '{.x}' }] };

function small(id: string, specYaml: string, metadata: NewMetadata = {}): OutputResource {
  return {
    node: 'n',
    metadata: newMetadata(
      { namespace: 'ns', type: 'Ts.t', id },
      { version: parseVersion('1') ?? UNDEFINED_VERSION, created: TIME, updated: TIME, ...metadata },
    ),
    specYaml,
  };
}

test('watching elsewhere: what there was is one table, then each event is aligned alone', () => {
  const steps: readonly Step[] = [
    [small('first', 'x: 1\n'), 'created'],
    [small('b', 'x: 2\n'), 'created'],
    'bootstrapped',
    [small('b', 'x: 3\n'), 'updated'],
    [small('first', 'x: 1\n'), 'destroyed'],
  ];
  expect(printed('table', steps, { watch: true }, SMALL)).toBe(`NODE   *   NAMESPACE   TYPE   ID      VERSION   X
n      +   ns          T      first   1         1
n      +   ns          T      b       1         2
n       ns   T   b   1   3
n   -   ns   T   first   1   1
`);
});

test('watching on a terminal: columns stay aligned', () => {
  const steps: readonly Step[] = [
    [small('first', 'x: 1\n'), 'created'],
    'bootstrapped',
    [small('b', 'x: 3\n'), 'updated'],
  ];
  expect(printed('table', steps, { watch: true, terminal: true }, SMALL)).toBe(
    `NODE   *   NAMESPACE   TYPE   ID      VERSION   X
n      +   ns          T      first   1         1
n          ns          T      b       1         3
`,
  );
});

test('a tombstone has no spec to show', () => {
  const options = { watch: true };
  expect(printed('table', [[small('a', ''), 'destroyed'], 'bootstrapped'], options, SMALL)).toBe(
    'NODE   *   NAMESPACE   TYPE   ID   VERSION   X\nn      -   ns          T      a    1         \n',
  );
  expect(printed('yaml', [[small('a', '')]])).toMatch(/\nspec: null\n$/);
  expect(printed('json', [[small('a', '')]])).toMatch(/"spec": null\n\}\n$/);
});

test('columns: a missing key is an empty cell, a list beyond its end too, and a range is joined by spaces', () => {
  const type: PrintedType = {
    displayType: 'T',
    printColumns: [
      { name: 'Absent', jsonPath: '{.absent}' },
      { name: 'Third', jsonPath: '{.l[2]}' },
      { name: 'All', jsonPath: '{.l[:]}' },
      { name: 'None', jsonPath: '{.none}' },
    ],
  };
  expect(printed('table', [[small('a', 'l: [x, y]\nnone: []\n')]], {}, type)).toBe(
    `NODE   NAMESPACE   TYPE   ID   VERSION   ABSENT   THIRD   ALL   NONE
n      ns          T      a    1                          x y   []
`,
  );
});

test('a column that is no expression is refused', () => {
  const type: PrintedType = { displayType: 'T', printColumns: [{ name: 'Bad', jsonPath: '{.x' }] };
  expect(() => printed('table', [], {}, type)).toThrow(
    new CommandError('error parsing column "Bad" jsonpath: unclosed action'),
  );
});

test('wide adds what metadata says', () => {
  const resource = small('a', 'x: 1\n', { owner: 'o', finalizers: ['f', 'g'], labels: Labels.of({ b: '2', a: '1' }) });
  expect(printed('wide', [[resource]], {}, SMALL)).toBe(
    `NODE   NAMESPACE   TYPE   ID   VERSION   X   PHASE     OWNER   UPDATED                FINALIZERS   LABELS
n      ns          T      a    1         1   running   o       2022-10-12T12:00:00Z   f,g          a=1,b=2
`,
  );
});

test('machine configuration is shown as the text it is, unless it is annotated', () => {
  const text = 'version: v1alpha1 # comment\n---\nkind: X\n';
  const config = (annotations: Labels): OutputResource => ({
    node: 'n',
    metadata: newMetadata(
      { namespace: 'config', type: 'MachineConfigs.config.talos.dev', id: 'v1alpha1' },
      { created: TIME, updated: TIME, annotations },
    ),
    specYaml: text,
  });
  expect(printed('yaml', [[config(Labels.empty)]])).toMatch(
    /\nspec: \|\n {4}version: v1alpha1 # comment\n {4}---\n {4}kind: X\n$/,
  );
  expect(printed('jsonpath={.spec}', [[config(Labels.empty)]])).toBe(`${text}\n`);
  expect(printed('yaml', [[config(Labels.of({ a: 'b' }))]])).toMatch(/\nspec:\n {4}version: v1alpha1 # comment\n$/);
});

test('a spec that is no YAML is refused, naming the node and the resource', () => {
  expect(() => printed('table', [[small('a', '{a: [')]], {}, SMALL)).toThrow(
    /^n: the spec of Ts\.t\(ns\/a\) is no YAML: .+$/,
  );
});
