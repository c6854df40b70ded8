import { describe, expect, test } from 'vitest';
import { Scrubber } from './scrubber.ts';

const SECRET = 'dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=';
const PEM = '-----BEGIN ED25519 PRIVATE KEY-----\nMC4CAQAw\n-----END ED25519 PRIVATE KEY-----';

describe('what was learned', () => {
  const scrubber = new Scrubber();
  scrubber.learn(`cluster:\n  id: some-id\n  secret: ${SECRET}\n---\nkind: X\npassword: hunter2222\ntoken: abc\n`);
  scrubber.learn('{no yaml');

  test.each([
    SECRET,
    SECRET.replace(/=$/, ''),
    SECRET.replaceAll('+', '-').replaceAll('/', '_'),
    Buffer.from(SECRET, 'base64').toString('hex'),
    'hunter2222',
  ])('%s is found anywhere', (form) => {
    expect(scrubber.text(`{"a":"${form}","b":"${form}"} some-id abc`)).toMatch(
      /^\{"a":"REDACTED=?","b":"REDACTED=?"\} some-id abc$/,
    );
  });
});

describe('what looks like a secret', () => {
  const scrubber = new Scrubber();

  test.each([
    [`before\n${PEM}\nafter`, 'before\nREDACTED\nafter'],
    [`key: ${Buffer.from(PEM).toString('base64')}\n`, 'key: REDACTED\n'],
    [`${Buffer.from(PEM.replace('ED25519 ', '')).toString('base64')}\n`, 'REDACTED\n'],
    [`${Buffer.from(PEM.replace('ED25519 ', 'EC ')).toString('base64')}\n`, 'REDACTED\n'],
    ['proxy http://me:word@proxy:3128/ and https://x/a@b', 'proxy http://REDACTED@proxy:3128/ and https://x/a@b'],
    ['LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t', 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t'],
  ])('%j', (text, expected) => {
    expect(scrubber.text(text)).toBe(expected);
  });

  test('in a spec goes by its name, and the rest stays', () => {
    expect(scrubber.spec('hostname: a\nsharedSecret: x\npeers: [{presharedKey: y, publicKey: z}]\n')).toBe(
      'hostname: a\nsharedSecret: REDACTED\npeers: [{presharedKey: REDACTED, publicKey: z}]\n',
    );
    expect(scrubber.spec('hostname: a\n')).toBe('hostname: a\n');
    expect(scrubber.spec('token: {')).toBe('REDACTED');
  });
});

test('files and manifests in a configuration are not shown', () => {
  const text = (content: string) => `machine:\n  files: [{path: /x, content: ${content}}]\n`;
  expect(new Scrubber().yaml(text('anything'))).toBe(text('REDACTED'));
});
