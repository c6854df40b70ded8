import { ZERO_TIME, withoutFraction, type Timestamp } from '@cosi-ts/core';
import { arbitraryOf } from '@cosi-ts/testing';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { typeRegistry } from '../registry.ts';
import { Labels } from '../resource/labels.ts';
import type { NewMetadata } from '../resource/resource.ts';
import { UNDEFINED_VERSION, versionOf } from '../resource/version.ts';
import { MachineType } from '../types/config/machine-type.ts';
import { Member } from '../types/cluster/member.ts';
import { ResourceYamlError, parseResourceYaml } from './parse-resource.ts';
import { resourceYaml } from './resource-yaml.ts';

const types = typeRegistry([Member, MachineType]);
const text = fc.oneof(
  fc.constantFrom('', 'true', '123', 'null', '~', ' a ', '- a', 'a: b', '#', "'", '"', 'a\nb\n', '\n', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => value.isWellFormed()),
);
const labels = fc.array(fc.tuple(text, text), { maxLength: 3 }).map(Labels.from);
const time = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}Z` as Timestamp);
const metadata: fc.Arbitrary<NewMetadata> = fc.record({
  version: fc.oneof(fc.constant(UNDEFINED_VERSION), fc.nat().map(versionOf)),
  owner: text,
  phase: fc.constantFrom('running', 'tearingDown'),
  created: time,
  updated: time,
  finalizers: fc.array(text, { maxLength: 3 }),
  labels,
  annotations: labels,
});

const DOCUMENT = `metadata:
    namespace: cluster
    type: Members.cluster.talos.dev
    id: 123
    version: 3
    owner:
    phase: running
    created: 2022-10-12T14:00:00+02:00
    labels:
        b: true
        a: ~
    finalizers:
        - 7
    future: {a: [1]}
spec:
    nodeId: abc
    addresses:
        - 10.0.0.1
`;

describe('a resource from YAML', () => {
  test.each([
    ['null', '~'],
    ['1', '0x1'],
    ['1', '1.0'],
  ])('has a label %s and a label %s', (one, other) => {
    const { metadata } = Member.create('x', Member.spec.fromPlain({}), {
      labels: Labels.of({ [one]: '', [other]: '' }),
    });
    const read = parseResourceYaml(resourceYaml(metadata, '{}'), types);
    expect(read.metadata.labels.keys()).toEqual([one, other].sort());
    expect(() => parseResourceYaml(`metadata:\n  labels: {a: 1, "a": 2}\nspec: {}`, types)).toThrow('unique');
  });

  test('has a spec whose last text ends with several line breaks', () => {
    const spec = Member.spec.fromPlain({ operatingSystem: 'a\n\n' });
    const { metadata } = Member.create('x', spec);
    expect(parseResourceYaml(resourceYaml(metadata, Member.spec.toYaml(spec)), types).spec).toEqual(spec);
  });

  test.prop([text, metadata, arbitraryOf(Member)])('is the one that was written', (id, given, spec) => {
    const resource = Member.create(id, spec, given);
    const yaml = resourceYaml(resource.metadata, Member.spec.toYaml(spec));
    const read = parseResourceYaml(yaml, types);
    expect(read.spec).toEqual(spec);
    expect(resourceYaml(read.metadata, Member.spec.toYaml(spec))).toBe(yaml);
    expect(read.metadata).toEqual({
      ...resource.metadata,
      created: withoutFraction(resource.metadata.created),
      updated: withoutFraction(resource.metadata.updated),
    });
  });

  test('has a spec that is no mapping where its type has it so', () => {
    const yaml = DOCUMENT.slice(0, DOCUMENT.indexOf('spec:')).replace(Member.type, MachineType.type);
    expect(parseResourceYaml(`${yaml}spec: worker\n`, types).spec).toEqual({ machineType: 'worker' });
  });

  test('takes metadata for text, passes over what it does not know, and misses nothing', () => {
    const { metadata: read } = parseResourceYaml(DOCUMENT, types);
    expect(read).toMatchObject({ id: '123', version: 3, owner: '', finalizers: ['7'], updated: ZERO_TIME });
    expect(read.created).toBe('2022-10-12T12:00:00Z');
    expect([...read.labels]).toEqual([
      ['a', '~'],
      ['b', 'true'],
    ]);
  });

  const changed = (from: string, to: string): string => DOCUMENT.replace(from, to);
  const cases: [what: string, yaml: string, message: RegExp][] = [
    ['nothing', '', /^1:1: there is no document/],
    ['a scalar', 'abc', /^1:1: a resource is a mapping/],
    ['a list', '- a', /^1:1: a resource is a mapping/],
    ['no spec', DOCUMENT.slice(0, DOCUMENT.indexOf('spec:')), /^1:1: a resource has the keys metadata and spec/],
    ['a third key', `${DOCUMENT}status: {}\n`, /^1:1: .*and no others/],
    [
      'a scalar as metadata',
      changed(DOCUMENT.slice(9, DOCUMENT.indexOf('spec:')), ' x\n'),
      /^1:11: metadata is no map/,
    ],
    ['an empty spec', `${DOCUMENT.slice(0, DOCUMENT.indexOf('spec:'))}spec:\n`, /^15:\d+: the spec is empty/],
    [
      'a scalar as spec',
      `${DOCUMENT.slice(0, DOCUMENT.indexOf('spec:'))}spec: worker\n`,
      /^15:7: spec: expected a mapping/,
    ],
    ['an unknown type', changed('Members.', 'Others.'), /^3:11: failed to create resource: no resource is registered/],
    ['a list as id', changed('id: 123', 'id: [123]'), /^4:9: expected a scalar/],
    ['a version below zero', changed('version: 3', 'version: -1'), /^5:14: version: "-1" is no version/],
    ['a version too large', changed('version: 3', 'version: 9007199254740992'), /^5:14: version/],
    ['an unknown phase', changed('phase: running', 'phase: sleeping'), /^7:12: phase: "sleeping" is no phase/],
    ['a time that is none', changed('2022-10', '2022-13'), /^8:14: created: .* is no time/],
    [
      'a list as labels',
      changed('labels:\n        b: true\n        a: ~', 'labels: [a]'),
      /^9:13: labels: expected a map/,
    ],
    ['a mapping as label', changed('b: true', 'b: {c: d}'), /^10:12: expected a scalar/],
    [
      'a scalar as finalizers',
      changed('finalizers:\n        - 7', 'finalizers: 7'),
      /^12:17: finalizers: expected a list/,
    ],
    ['a list among finalizers', changed('- 7', '- [7]'), /^13:11: expected a scalar/],
    ['a key twice', changed('version: 3', 'id: 4'), /^5:5: .*unique/],
    ['an alias in metadata', changed('id: 123', 'id: *x'), /Unresolved alias|expected a scalar/],
    [
      'a field that the type does not have',
      changed('nodeId:', 'nodeID:'),
      /^16:13: spec: nodeID: there is no such field/,
    ],
    ['an address that is none', changed('- 10.0.0.1', '- 10.0.0.256'), /^18:11: spec: addresses\[0\]/],
    ['a number as text', changed('nodeId: abc', 'nodeId: 7'), /^16:13: spec: nodeId/],
    ['a tab for a space', changed('    id:', '\tid:'), /^4:\d+: /],
    ['two documents', `${DOCUMENT}---\n${DOCUMENT}`, /there is more than one document/],
    ['no end of nesting', `metadata: ${'['.repeat(100_000)}`, /^\d+:\d+: /],
  ];

  test.each(cases)('is refused for %s', (_what, yaml, message) => {
    expect(() => parseResourceYaml(yaml, types)).toThrow(ResourceYamlError);
    expect(() => parseResourceYaml(yaml, types)).toThrow(message);
  });

  test('is refused when it stands for more than it says', () => {
    const anchors = Array.from({ length: 9 }, (_, n) => {
      const item = n === 0 ? 'x' : `*a${n - 1}`;
      return `    k${n}: &a${n} [${Array.from({ length: 9 }, () => item).join(', ')}]`;
    });
    const bomb = DOCUMENT.replace('    nodeId: abc', anchors.join('\n'));
    expect(() => parseResourceYaml(bomb, types)).toThrow(ResourceYamlError);
  });
});
