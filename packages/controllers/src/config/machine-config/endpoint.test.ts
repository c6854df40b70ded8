import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { EndpointError, normalizeEndpoint } from './endpoint.ts';

describe('the endpoint of a discovery service', () => {
  test.each([
    ['https://example.com:6443', 'example.com:6443', false],
    ['https://example.com', 'example.com:443', false],
    ['http://example.com:8080', 'example.com:8080', true],
    ['http://example.com', 'example.com:80', true],
    ['grpc://example.com', 'example.com:443', false],
    ['grpc://discovery-grpc.talos.dev:6443', 'discovery-grpc.talos.dev:6443', false],
    ['https://192.168.1.1:6443', '192.168.1.1:6443', false],
    ['http://192.168.1.1', '192.168.1.1:80', true],
    ['https://[::1]:6443', '[::1]:6443', false],
    ['http://[::1]', '[::1]:80', true],
    ['https://[2001:470:6d:30e:565d:e162:e2a0:cf5a]:3456/', '[2001:470:6d:30e:565d:e162:e2a0:cf5a]:3456', false],
    ['http://localhost:3000', 'localhost:3000', true],
    ['https://discovery.talos.dev/', 'discovery.talos.dev:443', false],
    ['https://example.com/api/v1', 'example.com:443', false],
    ['https://example.com:6443?key=value', 'example.com:6443', false],
    ['https://example.com#part', 'example.com:443', false],
    ['HTTPS://Example.com:/', 'Example.com:443', false],
    ['https://user:word@example.com', 'example.com:443', false],
    ['https://[fe80::1%25eth0]:1', '[fe80::1%eth0]:1', false],
  ])('%s is %s', (url, endpoint, insecure) => {
    expect(normalizeEndpoint(url)).toEqual({ endpoint, insecure });
  });

  test.each([
    ['', 'endpoint scheme is required'],
    ['discovery.example.com', 'endpoint scheme is required'],
    ['//example.com', 'endpoint scheme is required'],
    ['ftp://example.com', 'endpoint scheme must be http://, https:// or grpc://'],
    ['mailto:someone', 'endpoint scheme must be http://, https:// or grpc://'],
    ['https://', 'endpoint host is required'],
    ['https:///path', 'endpoint host is required'],
    ['https:example.com', 'endpoint host is required'],
    ['https://:443', 'endpoint host is required'],
    ['not a valid url://[', /^endpoint is invalid: parse "not a valid url:\/\/\[": first path segment/],
    ['https://[::1', /missing ']' in host$/],
    ['https://[example.com]', /invalid host$/],
    ['https://[1.2.3.4]', /invalid host$/],
    ['https://::1', /invalid host$/],
    ['https://a b', /invalid host$/],
    ['https://example.com:port', /invalid port ":port" after host$/],
    ['https://example.com:65536', /invalid port ":65536" after host$/],
    ['https://[::1]x', /invalid port "x" after host$/],
    ['https://example.com\n', /invalid control character in URL$/],
    [':', /missing protocol scheme$/],
  ])('%j is refused', (url, message) => {
    expect(() => normalizeEndpoint(url)).toThrow(EndpointError);
    expect(() => normalizeEndpoint(url)).toThrow(message);
  });

  test('never shows a password', () => {
    expect(() => normalizeEndpoint('https://me:hunter2@example.com:x')).toThrow(
      'endpoint is invalid: parse "https://xxxxx@example.com:x": invalid port ":x" after host',
    );
  });

  test.prop([fc.constantFrom('http', 'https', 'grpc'), fc.domain(), fc.nat(65_535), fc.webPath()])(
    'keeps host and port of any URL, whatever its path',
    (scheme, host, port, path) => {
      const insecure = scheme === 'http';
      expect(normalizeEndpoint(`${scheme}://${host}:${port}${path}`)).toEqual({
        endpoint: `${host}:${port}`,
        insecure,
      });
      const usual = insecure ? 80 : 443;
      expect(normalizeEndpoint(`${scheme}://${host}${path}`)).toEqual({ endpoint: `${host}:${usual}`, insecure });
    },
  );

  test.prop([fc.string({ unit: 'binary' })])('is what it gives or an EndpointError, for any text', (text) => {
    try {
      const { endpoint } = normalizeEndpoint(text);
      expect(endpoint).toMatch(/^(?:\[.+\]|[^:]+):\d{1,5}$/);
    } catch (error) {
      expect(error).toBeInstanceOf(EndpointError);
    }
  });
});
