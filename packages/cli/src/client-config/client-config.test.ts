import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { CommandError } from '../io.ts';
import type { ClientConfig, ClientContext } from './client-config.ts';
import { endpointAddress } from './endpoint.ts';
import { formatClientConfig } from './format.ts';
import { parseClientConfig } from './parse.ts';
import { clientConfigPaths } from './paths.ts';
import { selectContext } from './select.ts';

const CA = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN ED25519 PRIVATE KEY-----\nc2VjcmV0\n-----END ED25519 PRIVATE KEY-----\n';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const DEFAULT: ClientContext = {
  endpoints: ['127.0.0.1:50000', '[::1]:50000', 'fd83::1'],
  nodes: ['172.20.0.2', '172.20.0.3'],
  ca: CA,
  crt: CA,
  key: KEY,
};

const TEXT = `context: talos-default
contexts:
    talos-default:
        endpoints:
            - 127.0.0.1:50000
            - '[::1]:50000'
            - fd83::1
        nodes:
            - 172.20.0.2
            - 172.20.0.3
        ca: ${base64(CA)}
        crt: ${base64(CA)}
        key: ${base64(KEY)}
    "1":
        endpoints: []
        cluster: "true"
        proxy-url: http://proxy:3128
`;

const CONFIG: ClientConfig = {
  context: 'talos-default',
  contexts: new Map<string, ClientContext>([
    ['talos-default', DEFAULT],
    ['1', { endpoints: [], nodes: [], cluster: 'true', proxyUrl: 'http://proxy:3128' }],
  ]),
};

test('the file as talosctl writes it, both ways', () => {
  expect(formatClientConfig(CONFIG)).toBe(TEXT);
  expect(parseClientConfig(TEXT, 'talosconfig')).toEqual(CONFIG);
});

test('an empty one, as talosctl creates it where there is none', () => {
  const empty: ClientConfig = { context: '', contexts: new Map() };
  expect(formatClientConfig(empty)).toBe('context: ""\ncontexts: {}\n');
  for (const text of ['context: ""\ncontexts: {}\n', '', '{}', 'contexts:\n']) {
    expect(parseClientConfig(text, 'x')).toEqual(empty);
  }
});

test('empty credentials are none, the old target is an endpoint, unknown fields are left alone', () => {
  const text =
    'context: a\ncontexts: {a: {target: 10.5.0.2, nodes: , ca: "", crt: "", key: "", auth: {siderov1: {identity: x}}}}\n';
  expect(parseClientConfig(text, 'x').contexts.get('a')).toEqual({ endpoints: ['10.5.0.2'], nodes: [] });
});

test.each([
  ['{', 'f: no YAML at line 1, column 2'],
  ['- a', 'f: the file is no mapping'],
  ['contexts: 1', 'f: contexts is no mapping'],
  ['contexts: {a: [x]}', 'f: contexts.a is no mapping'],
  ['context: [a]', 'f: context is no text'],
  ['contexts: {a: {endpoints: x}}', 'f: contexts.a.endpoints is no list of texts'],
  ['contexts: {a: {nodes: [[x]]}}', 'f: contexts.a.nodes is no list of texts'],
  ['contexts: {a: {ca: "!"}}', 'f: contexts.a.ca is no PEM in base64'],
  ['contexts: {a: {ca: c2VjcmV0}}', 'f: contexts.a.ca is no PEM in base64'],
  [`contexts: {a: {crt: ${base64(CA)}}}`, 'f: contexts.a.key is missing'],
  [`contexts: {a: {key: ${base64(KEY)}}}`, 'f: contexts.a.crt is missing'],
])('%s is refused: %s', (text, message) => {
  expect(() => parseClientConfig(text, 'f')).toThrow(new CommandError(message));
});

test('the context that is asked for, else the current one', () => {
  expect(selectContext(CONFIG, undefined, 'f')).toBe(DEFAULT);
  expect(selectContext(CONFIG, '1', 'f').cluster).toBe('true');
  expect(() => selectContext(CONFIG, 'x', 'f')).toThrow(
    new CommandError('f: context "x" is not in it: use --context with one of talos-default, 1'),
  );
  expect(() => selectContext({ ...CONFIG, context: '' }, undefined, 'f')).toThrow(
    new CommandError('f: no context is the current one: use --context with one of talos-default, 1'),
  );
  expect(() => selectContext({ context: '', contexts: new Map() }, undefined, 'f')).toThrow(
    new CommandError('f: there is no context in it: write one with "cosi gen config"'),
  );
});

const POD = '/var/run/secrets/talos.dev/config';

test.each([
  [{ flag: 'x', env: { TALOSCONFIG: '/a' }, home: '/h' }, ['x']],
  [{ env: { TALOSCONFIG: 'a' }, home: '/h' }, ['a', '/h/.talos/config', POD]],
  [{ env: { TALOSCONFIG: '' }, home: '/h' }, ['/h/.talos/config', POD]],
  [{ env: { TALOS_HOME: '/t' }, home: '/h' }, ['/t/config', POD]],
  [{ env: { TALOS_HOME: 'relative' }, home: '/h' }, ['/h/.talos/config', POD]],
  [{ env: {}, home: undefined }, [POD]],
])('looked for %j in %j', (sources, paths) => {
  expect(clientConfigPaths(sources)).toEqual(paths);
});

test.each([
  ['172.20.0.2', '172.20.0.2:50000'],
  ['172.20.0.2:1', '172.20.0.2:1'],
  ['fd83::1', '[fd83::1]:50000'],
  ['[fd83::1]', '[fd83::1]:50000'],
  ['[fd83::1]:1', '[fd83::1]:1'],
  ['node-1', 'node-1:50000'],
  ['node-1.example:443', 'node-1.example:443'],
])('endpoint %s is reached at %s', (endpoint, address) => {
  expect(endpointAddress(endpoint)).toBe(address);
});

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed());
const pem = fc.base64String().map((body) => `-----BEGIN X-----\n${body}\n-----END X-----\n`);
const context = fc
  .record({
    endpoints: fc.array(name, { maxLength: 3 }),
    nodes: fc.array(name, { maxLength: 3 }),
    credentials: fc.option(fc.record({ ca: pem, crt: pem, key: pem })),
    cluster: fc.option(name),
  })
  .map(({ endpoints, nodes, credentials, cluster }): ClientContext => ({
    endpoints,
    nodes,
    ...credentials,
    ...(cluster === null ? {} : { cluster }),
  }));

property.prop([fc.array(fc.tuple(name, context), { maxLength: 3 }), name])(
  'what is written is read back',
  (contexts, current) => {
    const config: ClientConfig = { context: current, contexts: new Map(contexts) };
    expect(parseClientConfig(formatClientConfig(config), 'x')).toEqual(config);
  },
);
