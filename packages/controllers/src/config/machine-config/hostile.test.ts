import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { redactMachineConfig } from './edit/redact.ts';
import { setServiceEndpoint } from './edit/set-service-endpoint.ts';
import { generateNodeConfig } from './generate/node-config.ts';
import { checkMachineConfig, parseMachineConfig } from './parse.ts';
import { MachineConfigError } from './problem.ts';
import { MAX_CONFIG_LENGTH } from './yaml/documents.ts';

const SECRET = 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=';
const [LEGACY, DOCUMENTS] = ['v1.3', 'v1.14'].map((talosVersion) =>
  generateNodeConfig({
    type: 'worker',
    hostname: 'n1',
    interface: 'eth0',
    clusterName: 'c',
    clusterId: 'id',
    clusterSecret: SECRET,
    serviceEndpoint: 'http://127.0.0.1:3000/',
    kubespan: true,
    talosVersion: talosVersion ?? '',
  }),
) as [string, string];

/** A good file in which some pieces were cut out, doubled or replaced. */
const anyDamaged = fc
  .tuple(
    fc.constantFrom(LEGACY, DOCUMENTS),
    fc.array(
      fc.tuple(
        fc.nat(1000),
        fc.nat(30),
        fc.constantFrom('', ':', '\n', '- ', '"', '{', '&a ', '*a', '[', '\t', '? ', '<<: '),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((now, [at, length, piece]) => now.slice(0, at) + piece + now.slice(at + length), text),
  );

/** Any tree of the keys that are read, with values of every type in every place. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      '',
      'true',
      '~',
      '1420',
      'v1alpha1',
      'KubeSpanConfig',
      'DiscoveryServiceConfig',
      '10.0.0.0/8',
      SECRET,
    ),
    fc.array(tie('tree'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...anyKeys()), tie('tree')), { selector: ([key]) => key, maxLength: 6 })
      .map((pairs) => `{${pairs.map(([key, value]) => `${key}: ${String(value)}`).join(', ')}}`),
  ),
}));

function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    expect(error).toBeInstanceOf(MachineConfigError);
    expect((error as MachineConfigError).problems.length).toBeGreaterThan(0);
    return error;
  }
}

describe('whatever the text', () => {
  test.prop([fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), anyDamaged, tree.map(String))], { numRuns: 200 })(
    'nothing but the typed error is thrown',
    (text) => {
      outcome(() => parseMachineConfig(text));
      outcome(() => redactMachineConfig(text));
      outcome(() => setServiceEndpoint(text, 'http://127.0.0.1:1/'));
    },
  );

  test.prop([fc.oneof(anyDamaged, tree.map(String))], { numRuns: 200 })('no message shows the secret', (text) => {
    const { problems, config } = checkMachineConfig(text);
    const told = JSON.stringify([problems, config?.warning]);
    expect(told).not.toContain(SECRET);
    expect(told).not.toContain(SECRET.slice(0, 43));
  });

  test.prop([anyDamaged], { numRuns: 200 })('lines and columns lie in the text', (text) => {
    const lines = text.split('\n');
    for (const { line, column } of checkMachineConfig(text).problems) {
      expect(lines.length).toBeGreaterThanOrEqual(line);
      expect(lines[line - 1]!.length + 1).toBeGreaterThanOrEqual(column);
    }
  });

  test.prop([fc.integer({ min: 0, max: 60 }), fc.constantFrom(LEGACY, DOCUMENTS)])(
    'a problem with a value is told at its key',
    (lead, text) => {
      const broken = `${'# comment\n'.repeat(lead)}${text.replace(/^( *)(endpoint:) .*$/m, '$1$2 ftp://x')}`;
      const at = broken.indexOf('endpoint: ftp');
      const [problem, ...rest] = checkMachineConfig(broken).problems;
      expect(rest).toEqual([]);
      expect(problem?.line).toBe(broken.slice(0, at).split('\n').length);
      expect(problem?.column).toBe(at - broken.lastIndexOf('\n', at));
    },
  );
});

describe('a bomb', () => {
  const laughs = Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}, *a${at}, *a${at}]`);
  test.each([
    ['a large file', '#'.repeat(MAX_CONFIG_LENGTH + 1), 'the file is larger than 512 KiB'],
    ['deep lists', '['.repeat(100_000), /^not valid YAML/],
    ['deep mappings', `${'{a: '.repeat(70)}${'}'.repeat(70)}`, 'not valid YAML: nested too deeply'],
    ['aliases of aliases', ['a0: &a0 x', ...laughs].join('\n'), 'more than 100 aliases'],
    ['keys given twice', 'a: 1\n'.repeat(10_000), /^"a" is given twice/],
    ['long lists', `machine: {network: {interfaces: [${'{}, '.repeat(2000)}]}}`, /must have at most 1000 items$/],
  ])('of %s is refused', (_, text, message) => {
    const { config, problems } = checkMachineConfig(text);
    expect(problems[0]?.message).toMatch(message);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(config === undefined || problems.length > 0).toBe(true);
  });

  test('of many different keys is read in passing', () => {
    const text = Array.from({ length: 20_000 }, (_, at) => `key${at}: 1`).join('\n');
    expect(checkMachineConfig(text).problems).toEqual([]);
  });

  test('of merges is read once each', () => {
    const merges = Array.from(
      { length: 25 },
      (_, at) => `a${at + 1}: &a${at + 1} {<<: [*a${at}, *a${at}, *a${at}, *a${at}]}`,
    );
    const text = ['a0: &a0 {hostname: deep}', ...merges.slice(0, 24), 'machine: {network: {<<: *a24}}'].join('\n');
    expect(checkMachineConfig(text).config?.hostname).toBe('deep');
  });

  test('of a mapping merged into itself is defused', () => {
    expect(checkMachineConfig('machine: &m {<<: *m, type: init}').config?.machineType).toBe('init');
  });
});

function anyKeys(): string[] {
  const legacy =
    'version machine cluster network hostname type interfaces addresses hardwareAddr kubespan enabled filters';
  const discovery = 'discovery registries service kubernetes disabled endpoint endpoints id secret mtu features';
  return `${legacy} ${discovery} kind apiVersion name clusterID clusterSecret excludeAdvertisedNetworks <<`.split(' ');
}
