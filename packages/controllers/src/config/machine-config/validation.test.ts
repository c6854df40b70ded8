import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { checkMachineConfig, parseMachineConfig } from './parse.ts';
import { MachineConfigError, formatErrors, formatProblem } from './problem.ts';

const SECRET = 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=';

const problemsOf = (text: string) => checkMachineConfig(text).problems;
const messagesOf = (text: string) => problemsOf(text).map(({ message }) => message);
const document = (kind: string, ...lines: string[]) =>
  ['---', 'apiVersion: v1alpha1', `kind: ${kind}`, ...lines, ''].join('\n');
const SERVICE = document('DiscoveryServiceConfig', 'name: default', 'endpoint: https://discovery.talos.dev/');
const IDENTITY = document('DiscoveryIdentityConfig', 'clusterID: a', `clusterSecret: ${SECRET}`);
const KUBESPAN = document('KubeSpanConfig', 'enabled: true');

describe('the legacy discovery block', () => {
  const block = (lines: string) => `
cluster:
  id: test
  secret: ${SECRET}
  discovery:
    enabled: true
    registries:
      service:
        ${lines}
`;

  test.each([
    ['endpoint: foo', 'cluster discovery service registry endpoint is invalid: parse "foo": invalid URI for request'],
    ['endpoint: https://example.com/path', 'cluster discovery service path should be empty'],
    [
      'endpoint: ftp://example.com',
      'cluster discovery service registry endpoint is invalid: endpoint scheme must be http://, https:// or grpc://',
    ],
    [
      'endpnt: https://example.com',
      'unknown key "endpnt" in cluster.discovery.registries.service: did you mean "endpoint"?',
    ],
    [
      'timeoutSeconds: 5',
      'unknown key "timeoutSeconds" in cluster.discovery.registries.service: known are disabled, endpoint',
    ],
    ['disabled: maybe', 'cluster.discovery.registries.service.disabled must be true or false'],
    ['disabled: "true"', 'cluster.discovery.registries.service.disabled must be true or false'],
    ['endpoint: [a]', 'cluster.discovery.registries.service.endpoint must be a text'],
  ])('with %j is refused at its key', (line, message) => {
    expect(problemsOf(block(line))).toEqual([{ file: '', line: 9, column: 9, message }]);
  });

  test('needs an id and a secret', () => {
    expect(messagesOf('cluster: {discovery: {enabled: true}}')).toEqual([
      'cluster discovery service requires .cluster.id',
      'cluster discovery service requires .cluster.secret',
    ]);
  });

  test.each(['enabled: false', 'enabled: true\n    registries: {service: {disabled: true, endpoint: foo}}'])(
    'needs nothing when it is off: %j',
    (line) => {
      expect(messagesOf(`cluster:\n  discovery:\n    ${line}`)).toEqual([]);
    },
  );

  test.each([
    [
      'test',
      'invalid .cluster.secret: expected 32 bytes, got 3: a cluster secret is 32 random bytes in standard base64',
    ],
    ['tes', 'invalid .cluster.secret: failed to decode from base64: illegal base64 data at input byte 3'],
    [
      SECRET.replace('=', ''),
      'invalid .cluster.secret: failed to decode from base64: illegal base64 data at input byte 43',
    ],
    [
      SECRET.replaceAll('A', '-'),
      'invalid .cluster.secret: failed to decode from base64: illegal base64 data at input byte 1',
    ],
  ])('the secret %j is refused', (secret, message) => {
    expect(problemsOf(`cluster:\n  id: test\n  secret: ${secret}`)).toEqual([
      { file: '', line: 3, column: 3, message },
    ]);
  });
});

describe('KubeSpan', () => {
  const legacy = (...lines: string[]) =>
    `cluster: {id: test, secret: ${SECRET}, discovery: {enabled: true}}\n` +
    `machine: {network: {kubespan: {enabled: true, ${lines.join(', ')}}}}\n`;
  const form = (name: string, ...lines: string[]) =>
    name === 'legacy' ? legacy(...lines) : SERVICE + IDENTITY + document('KubeSpanConfig', ...lines);

  test.each(['legacy', 'document'])('is checked in the %s form', (name) => {
    expect(messagesOf(form(name, 'mtu: 576'))).toEqual(['kubespan link MTU must be at least 1280']);
    expect(messagesOf(form(name, 'mtu: 1279'))).toEqual(['kubespan link MTU must be at least 1280']);
    expect(messagesOf(form(name, 'mtu: 1280'))).toEqual([]);
    expect(messagesOf(form(name, 'filters: {endpoints: ["!10", "123::/456"]}'))).toEqual([
      'KubeSpan endpoint filter is not valid: "10"',
      'KubeSpan endpoint filter is not valid: "123::/456"',
    ]);
    expect(messagesOf(form(name, 'filters: {endpoints: ["!/8", "!"]}'))).toEqual([
      'KubeSpan endpoint filter is not valid: "/8"',
      'KubeSpan endpoint filter is not valid: ""',
    ]);
    expect(messagesOf(form(name, 'filters: {excludeAdvertisedNetworks: [invalid, "123::/456"]}'))).toEqual([
      'KubeSpan exclude advertised networks filter is not valid: "invalid"',
      'KubeSpan exclude advertised networks filter is not valid: "123::/456"',
    ]);
    const good = '{endpoints: ["0.0.0.0/0", "!10.0.0.1", "::/0"], excludeAdvertisedNetworks: ["10.0.0.0/8"]}';
    expect(messagesOf(form(name, `filters: ${good}`))).toEqual([]);
    expect(messagesOf(form(name, 'filters: {endpoint: []}'))[0]).toMatch(/did you mean "endpoints"\?$/);
    expect(messagesOf(form(name, 'allowDownPerBypass: true'))[0]).toMatch(/did you mean "allowDownPeerBypass"\?$/);
    expect(messagesOf(form(name, 'mtu: 1e4'))[0]).toMatch(/mtu must be a whole number from 0 to 4294967295$/);
  });

  test('with an MTU of zero has the default one in the legacy form only', () => {
    expect(messagesOf(form('legacy', 'mtu: 0'))).toEqual([]);
    expect(messagesOf(form('document', 'mtu: 0'))).toEqual(['kubespan link MTU must be at least 1280']);
  });

  test.each(['3.4.5.6', '[fd00::1]', 'example.com:1', 'fd00::1:52000', '1.2.3.4:65536'])(
    'announces no endpoint %j',
    (endpoint) => {
      const text = document('KubeSpanEndpointsConfig', 'extraAnnouncedEndpoints:', `  - "${endpoint}"`);
      expect(problemsOf(text)).toEqual([
        { file: '', line: 5, column: 5, message: `extra announced endpoint is not valid: "${endpoint}"` },
      ]);
    },
  );
});

describe('a discovery service document', () => {
  const service = (...lines: string[]) => IDENTITY + document('DiscoveryServiceConfig', ...lines);

  test.each(['http://a', 'https://a', 'grpc://a', 'https://a/some/path'])('may have the endpoint %s', (endpoint) => {
    expect(messagesOf(service('name: a', `endpoint: ${endpoint}`))).toEqual([]);
  });

  test.each([
    [['name: ""', 'endpoint: https://a'], 'name is required', 9],
    [['endpoint: https://a'], 'name is required', 7],
    [['name: a'], 'endpoint is required', 7],
    [['name: a', 'endpoint:'], 'endpoint is required', 10],
    [['name: a', 'endpoint: discovery.example.com'], 'endpoint scheme is required', 10],
    [['name: a', 'endpoint: ftp://a'], 'endpoint scheme must be http://, https:// or grpc://', 10],
    [['name: a', 'endpoint: "https://"'], 'endpoint host is required', 10],
    [
      ['name: a', 'endpoint: https://a', 'enabled: true'],
      /^unknown key "enabled" in DiscoveryServiceConfig: known are/,
      11,
    ],
  ])('%j is refused', (lines, message, line) => {
    const problems = problemsOf(service(...lines));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    // A key that is missing is missed where the document starts.
    expect(problems[0]).toMatchObject({ line, column: 1 });
  });

  test('has a name of its own', () => {
    expect(problemsOf(IDENTITY + SERVICE + SERVICE)).toMatchObject([
      { line: 13, column: 1, message: 'DiscoveryServiceConfig "default" is given twice, first in line 8' },
    ]);
  });

  test.each(['{enabled: true, registries: {service: {disabled: true}}}', '{enabled: false}', '{}'])(
    'does not stand beside a legacy block %s',
    (block) => {
      expect(messagesOf(`cluster: {id: a, secret: ${SECRET}, discovery: ${block}}\n${SERVICE}`)).toEqual([
        'discovery service is already configured in .cluster.discovery of the v1alpha1 config',
      ]);
    },
  );

  test('leaves it to a legacy block that is on to ask for the identity', () => {
    expect(messagesOf(`cluster: {discovery: {enabled: true}}\n${SERVICE}`)).toEqual([
      'cluster discovery service requires .cluster.id',
      'cluster discovery service requires .cluster.secret',
      'discovery service is already configured in .cluster.discovery of the v1alpha1 config',
    ]);
  });

  test('does stand beside an empty cluster section', () => {
    expect(messagesOf(`cluster: {}\n${SERVICE}${IDENTITY}`)).toEqual([]);
  });
});

describe('a discovery identity document', () => {
  const identity = (id: string, secret: string) =>
    document('DiscoveryIdentityConfig', `clusterID: ${id}`, `clusterSecret: ${secret}`);

  test.each(['a', 'anything at all', '"☃"', 'yui150Ogam0pdQoNZS2lZR-ihi8EWxNM17bZPktJKKE='])(
    'may have the id %s',
    (id) => {
      expect(messagesOf(identity(id, SECRET))).toEqual([]);
    },
  );

  test.each([
    ['"!not-valid-base64!"', 'failed to decode from base64: illegal base64 data at input byte 0'],
    [Buffer.alloc(16).toString('base64'), 'expected 32 bytes, got 16:'],
    [Buffer.alloc(66).toString('base64'), 'expected 32 bytes, got 66:'],
  ])('may not have the secret %s', (secret, message) => {
    const [problem, ...rest] = messagesOf(identity('a', secret));
    expect(problem).toContain(`invalid clusterSecret: ${message}`);
    expect(problem).not.toContain(secret);
    expect(rest).toEqual([]);
  });

  test('needs both', () => {
    expect(messagesOf(identity('', ''))).toEqual(['clusterID is required', 'clusterSecret is required']);
  });

  test.each(['id: a', `secret: ${SECRET}`])('does not stand beside a legacy %s', (line) => {
    expect(messagesOf(`cluster: {${line}}\n${IDENTITY}`)).toEqual([
      'cluster identity is already configured in .cluster.id/.cluster.secret of the v1alpha1 config',
    ]);
  });

  test('is given once', () => {
    expect(messagesOf(IDENTITY + IDENTITY)).toEqual(['DiscoveryIdentityConfig is given twice, first in line 3']);
  });
});

describe('the parts of a configuration', () => {
  test('KubeSpan requires a discovery service', () => {
    const needs = ['KubeSpan requires cluster discovery to be enabled'];
    expect(formatErrors(messagesOf(`machine: {}\ncluster: {}\n${KUBESPAN}`))).toBe(
      '1 error occurred:\n\t* KubeSpan requires cluster discovery to be enabled\n\n',
    );
    const block = 'machine: {network: {kubespan: {enabled: true}}}\n';
    const kubernetesOnly = 'cluster: {discovery: {enabled: true, registries: {service: {disabled: true}}}}\n';
    expect(messagesOf(block)).toEqual(needs);
    expect(messagesOf(`${block}cluster: {discovery: {enabled: false}}\n`)).toEqual(needs);
    // One registry may be off in the legacy form; the document asks for a service.
    expect(messagesOf(block + kubernetesOnly)).toEqual([]);
    expect(messagesOf(`${kubernetesOnly}${KUBESPAN}`)).toEqual(needs);
    expect(messagesOf(block + SERVICE + IDENTITY)).toEqual([]);
    expect(messagesOf(document('KubeSpanConfig', 'enabled: false'))).toEqual([]);
  });

  test('a discovery service requires an identity', () => {
    expect(formatErrors(messagesOf(SERVICE + KUBESPAN))).toBe(
      '2 errors occurred:\n' +
        '\t* cluster ID (.cluster.id or DiscoveryIdentityConfig) should be set when cluster discovery ' +
        '(DiscoveryServiceConfig) is enabled\n' +
        '\t* cluster secret (.cluster.secret or DiscoveryIdentityConfig) should be set when cluster discovery ' +
        '(DiscoveryServiceConfig) is enabled\n\n',
    );
    expect(messagesOf(SERVICE + IDENTITY + KUBESPAN)).toEqual([]);
    expect(messagesOf(`cluster: {id: a, secret: ${SECRET}}\n${SERVICE}${KUBESPAN}`)).toEqual([]);
  });

  test('KubeSpan is configured in one form', () => {
    expect(messagesOf(`machine: {network: {kubespan: {}}}\n${document('KubeSpanConfig')}`)).toEqual([
      'kubespan is already configured in v1alpha1 machine.network.kubespan',
    ]);
  });

  test.each([
    ['machine: {type: boss}', 'machine.type must be controlplane or worker', 11],
    [
      'machine: {features: {nodeAddressSortAlgorithm: v3}}',
      'machine.features.nodeAddressSortAlgorithm must be v1 or v2',
      22,
    ],
    ['machine: []', 'machine must be a mapping', 1],
    ['machine: {network: {interfaces: {}}}', 'machine.network.interfaces must be a list', 21],
    ['machine: {network: {interfaces: [a]}}', 'machine.network.interfaces[0] must be a mapping', 34],
    [
      'machine: {network: {interfaces: [{addresses: [a/8]}]}}',
      'machine.network.interfaces[0].addresses must be addresses like 172.20.0.2/16, not "a/8"',
      47,
    ],
    [
      'machine: {network: {interfaces: [{hardwareAddr: "8e:13"}]}}',
      'machine.network.interfaces[0].hardwareAddr must be like 8e:13:71:af:7c:94',
      35,
    ],
    ['machine: {network: {hostname: "\\ud800"}}', 'machine.network.hostname must be well-formed Unicode', 21],
    [
      'cluster: {network: {podSubnets: [x]}}',
      'cluster.network.podSubnets must be networks like 10.244.0.0/16, not "x"',
      34,
    ],
    ['version: v2', 'version must be v1alpha1', 1],
    ['apiVersion: v1alpha1', 'a document with an apiVersion needs a kind', 1],
    ['kind: KubeSpanConfig', 'apiVersion of KubeSpanConfig must be v1alpha1', 1],
    ['text', 'a document of a machine configuration must be a mapping', 1],
    ['%YAML', 'not valid YAML: a directive that is malformed', 1],
    ['a: 1\na: 2', '"a" is given twice, first in line 1', 1],
    ['a: *b', 'not valid YAML: an alias without its anchor', 4],
    ['a: "b', 'not valid YAML: a colon, comma, space, closing quote or bracket is missing', 6],
  ])('%j is refused', (text, message, column) => {
    expect(problemsOf(text)).toMatchObject([{ message, column }]);
  });

  test('a second document without a kind is refused', () => {
    expect(problemsOf('machine: {}\n---\n\ncluster: {}')).toMatchObject([
      { line: 4, message: 'a second document without a kind, first in line 1' },
    ]);
  });
});

describe('an error', () => {
  test('lists all problems with file, line and column, in their order', () => {
    const text = 'machine:\n  type: boss\ncluster:\n  discovery:\n    enable: true\n';
    const parse = () => parseMachineConfig(text, { file: 'node.yaml' });
    expect(parse).toThrow(MachineConfigError);
    expect(parse).toThrow(
      '2 errors occurred:\n' +
        '\t* node.yaml:2:3: machine.type must be controlplane or worker\n' +
        '\t* node.yaml:5:5: unknown key "enable" in cluster.discovery: did you mean "enabled"?\n\n',
    );
  });

  test('shows no secret that was written in the wrong place as well', () => {
    const text = `cluster: {secret: ${SECRET}, network: {podSubnets: [${SECRET}]}}`;
    expect(messagesOf(text)).toEqual([
      'cluster.network.podSubnets must be networks like 10.244.0.0/16, not "REDACTED"',
    ]);
  });

  test('names no file that has no name', () => {
    expect(formatProblem({ file: '', line: 3, column: 7, message: 'wrong' })).toBe('3:7: wrong');
  });
});
