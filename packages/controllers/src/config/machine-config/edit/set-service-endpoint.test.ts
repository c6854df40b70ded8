import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { EndpointError } from '../endpoint.ts';
import { generateNodeConfig } from '../generate/node-config.ts';
import { checkMachineConfig } from '../parse.ts';
import { MachineConfigError } from '../problem.ts';
import { setServiceEndpoint } from './set-service-endpoint.ts';

const NEW = 'http://127.0.0.1:40001/';
const NODE = {
  type: 'worker',
  hostname: 'n1',
  clusterName: 'c',
  clusterId: 'id',
  clusterSecret: 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=',
  serviceEndpoint: 'http://127.0.0.1:3000/',
  kubespan: true,
} as const;

const urlOf = (text: string) => checkMachineConfig(text).config?.discoveryServices[0]?.url;
const legacy = (service: string) =>
  `cluster:\n  discovery:\n    enabled: true\n    registries:\n      service:${service}\n# end\n`;

describe('a new endpoint of the discovery service', () => {
  const anyFile = fc
    .record({
      talosVersion: fc.constantFrom('v1.1', 'v1.3', 'v1.14'),
      before: fc.constantFrom('', '# Mine.\r\n', '\ufeff', '\n\n'),
      after: fc.constantFrom(
        '',
        '# ☃ the end',
        '---\napiVersion: v1alpha1\nkind: Other\nendpoint: http://127.0.0.1:3000/\n',
      ),
      endings: fc.constantFrom('\n', '\r\n'),
      comment: fc.constantFrom('', ' # endpoint: http://127.0.0.1:3000/'),
      quote: fc.constantFrom('', '"', "'"),
    })
    .map(({ talosVersion, before, after, endings, comment, quote }) => {
      const text = generateNodeConfig({ ...NODE, talosVersion });
      const line = text.replace(/endpoint: (.*)$/m, `endpoint: ${quote}$1${quote}${comment}`);
      return before + line.replaceAll('\n', endings) + after;
    });
  const anyEndpoint = fc.oneof(
    fc.nat(65_535).map((port) => `http://127.0.0.1:${port}/`),
    fc.nat(65_535).map((port) => `http://[::1]:${port}/`),
    fc.domain().map((host) => `https://${host}`),
  );

  test.prop([anyFile, anyEndpoint])('changes that line and keeps every other character', (text, endpoint) => {
    const changed = setServiceEndpoint(text, endpoint);
    expect(urlOf(changed)).toBe(endpoint);
    const at = text.search(/endpoint: /);
    const end = text.indexOf('\n', at);
    expect(changed.slice(0, at)).toBe(text.slice(0, at));
    expect(changed.slice(changed.indexOf('\n', at))).toBe(text.slice(end));
    expect(setServiceEndpoint(changed, endpoint)).toBe(changed);
    const back = setServiceEndpoint(changed, NODE.serviceEndpoint);
    // A plain value may have needed quotes.
    if (!endpoint.includes('[')) expect(back).toBe(text);
  });

  test.each([
    ['\n        endpoint: http://a/ # why', `\n        endpoint: ${NEW} # why`],
    ["\n        endpoint:   'http://a/'", `\n        endpoint:   '${NEW}'`],
    ['\n        endpoint: "http://a/"\n', `\n        endpoint: "${NEW}"\n`],
    ['\n        endpoint:', `\n        endpoint: ${NEW}`],
    ['\n        endpoint: # none', `\n        endpoint: ${NEW} # none`],
    [' {disabled: true, endpoint: http://a/}', ` {disabled: true, endpoint: ${NEW}}`],
    ['\n        endpoint: &e http://a/\n', `\n        endpoint: &e ${NEW}\n`],
  ])('is written in the style of the old one: %j', (before, after) => {
    expect(setServiceEndpoint(legacy(before), NEW)).toBe(legacy(after));
  });

  test('stands in quotes where brackets would be a list', () => {
    const changed = setServiceEndpoint(legacy(' {endpoint: http://a/}'), 'http://[::1]:1/');
    expect(changed).toBe(legacy(' {endpoint: "http://[::1]:1/"}'));
    expect(urlOf(changed)).toBe('http://[::1]:1/');
  });

  test('is set in the first service only', () => {
    const service = (name: string, url: string) =>
      `---\napiVersion: v1alpha1\nkind: DiscoveryServiceConfig\nname: ${name}\nendpoint: ${url}\n`;
    const text = service('a', 'http://a/') + service('b', 'http://b/');
    expect(setServiceEndpoint(text, NEW)).toBe(service('a', NEW) + service('b', 'http://b/'));
    expect(setServiceEndpoint(text, NEW, { previous: 'http://b' })).toBe(service('a', 'http://a/') + service('b', NEW));
    expect(setServiceEndpoint(text, NEW, { previous: 'http://c' })).toBe(text);
  });

  test.each([
    '',
    '\n        disabled: true',
    '\n        endpoint: |-\n          http://a/',
    '\n        endpoint: "http:\n          //a/"',
  ])('needs a line of its own: %j', (service) => {
    expect(() => setServiceEndpoint(legacy(service), NEW)).toThrow(MachineConfigError);
  });

  test('is an endpoint', () => {
    for (const endpoint of ['', 'ftp://a', 'http://a/"', 'http://a/ #', 'http://a/{}', "http://a/'"]) {
      expect(() => setServiceEndpoint(legacy('\n        endpoint: http://a/'), endpoint)).toThrow(EndpointError);
    }
  });
});
