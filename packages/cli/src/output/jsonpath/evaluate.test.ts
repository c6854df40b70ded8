import { expect, test } from 'vitest';
import { parseYaml, yamlValue } from '../yaml/parse.ts';
import { evaluate } from './evaluate.ts';
import { parseTemplate } from './parse.ts';
import { JsonPathError } from './template.ts';
import { foundText } from './text.ts';

const DATA = yamlValue(
  parseYaml(`
hostname: node-1
addresses: [172.20.0.2, "fd83::1"]
none: []
nothing: null
port: 6443
load: 1.5
big: 1e6
tiny: 1e-5
since: 2022-10-12T12:00:00Z
up: true
text: <a & b>
kubespan: {publicKey: abc, additional: []}
"dotted.key": d
peers:
  - {label: a, port: 1, tags: [x]}
  - {label: b, port: 2, tags: []}
  - {label: c, tags: [y, z]}
`),
);

const text = (template: string, allowMissing = false): string =>
  foundText(evaluate(parseTemplate(template), DATA, { allowMissing }));

test.each([
  ['plain text', 'plain text'],
  ['{.hostname}', 'node-1'],
  ['{ .hostname }', 'node-1'],
  ['{$.hostname}', 'node-1'],
  ['host {.hostname}!', 'host node-1!'],
  ['{.addresses}', '["172.20.0.2","fd83::1"]'],
  ['{.none}', '[]'],
  ['{.nothing}', 'null'],
  ['{.port} {.load} {.big} {.tiny} {.up}', '6443 1.5 1e+06 1e-05 true'],
  ['{.since}', '"2022-10-12T12:00:00Z"'],
  ['{.text}', '<a & b>'],
  ['{.kubespan}', '{"additional":[],"publicKey":"abc"}'],
  ['{.kubespan.publicKey}', 'abc'],
  ["{['kubespan']['publicKey']}", 'abc'],
  ["{['kubespan.publicKey']}", 'abc'],
  ["{['dotted\\.key']}", 'd'],
  ['{.dotted\\.key}', 'd'],
  ["{['hostname','port']}", 'node-1 6443'],
  ['{.addresses[0]}', '172.20.0.2'],
  ['{.addresses[-1]}', 'fd83::1'],
  ['{.addresses[:]}', '172.20.0.2 fd83::1'],
  ['{.addresses[*]}', '172.20.0.2 fd83::1'],
  ['{.addresses[0,1]}', '172.20.0.2 fd83::1'],
  ['{.peers[1:].label}', 'b c'],
  ['{.peers[:2].label}', 'a b'],
  ['{.peers[-2:].label}', 'b c'],
  ['{.peers[::2].label}', 'a c'],
  ['{.peers.*.label}', 'a b c'],
  ['{..label}', 'a b c'],
  ['{..kubespan.publicKey}', 'abc'],
  ['{.none[:]}', ''],
  ['{.peers[*].tags[:]}', 'x y z'],
  ['{.kubespan.*}', 'abc []'],
  ['{.peers[?(@.label=="b")].port}', '2'],
  ['{.peers[?(@.port)].label}', 'a b'],
  ['{.addresses[?(@!="fd83::1")]}', '172.20.0.2'],
  ['{.addresses[?(@ > "2")]}', 'fd83::1'],
  ['{range .peers[*]}{.label}{"\\n"}{end}', 'a\nb\nc\n'],
  ['{range .peers[*]}{.label}:{range .tags[*]}{@},{end};{end}', 'a:x,;b:;c:y,z,;'],
  ['{range .none[*]}{.label}{end}{.hostname}', 'node-1'],
  ['{.kubespan..}', '{"additional":[],"publicKey":"abc"} abc'],
  ['{\'quoted\\t\'}{"\\u00e9"}', 'quoted\té'],
  ['{1}{-2.5}{true}', '1-2.5true'],
])('%s gives %s', (template, expected) => {
  expect(text(template)).toBe(expected);
});

test('the object itself', () => {
  expect(text('{@}')).toBe(text('{.}'));
  expect(foundText(evaluate(parseTemplate('{@}'), 'worker', { allowMissing: true }))).toBe('worker');
});

test.each([
  ['{.absent}', 'absent is not found'],
  ['{.kubespan.absent.deeper}', 'absent is not found'],
  ['{.hostname.x}', 'x is not found'],
  ['{.addresses.x}', 'x is not found'],
  ['{.none[0]}', 'array index out of bounds: index 0, length 0'],
  ['{.addresses[5]}', 'array index out of bounds: index 5, length 2'],
  ['{.addresses[:5]}', 'array index out of bounds: index 4, length 2'],
  ['{.addresses[-5]}', 'array index out of bounds: index -3, length 2'],
  ['{.peers[2:1]}', 'starting index 2 is greater than ending index 1'],
  ['{.peers[::0]}', 'step must be > 0'],
  ['{.kubespan[0]}', 'map[string]interface {} is not array or slice'],
  ['{.hostname[0]}', 'string is not array or slice'],
  ['{.port[0]}', 'int is not array or slice'],
  ['{.load[0]}', 'float64 is not array or slice'],
  ['{.since[0]}', 'time.Time is not array or slice'],
  ['{.hostname[?(@.x)]}', 'node-1 is not array or slice and cannot be filtered'],
  ['{.peers[?(@.port==1)]}', 'port is not found'],
  ['{.peers[?(@.label==1)]}', 'incompatible types for comparison'],
  ['{.peers[?(@.tags=="x")]}', 'invalid type for comparison'],
  ['{.peers[?(@.label=~"x")]}', "unrecognized character in action: U+007E '~'"],
  ['{.peers[?(@.label<>"x")]}', 'unrecognized filter operator <>'],
  ['{hello}', 'unrecognized identifier hello'],
  ['{end}', 'not in range, nothing to end'],
])('%s is refused: %s', (template, message) => {
  expect(() => text(template)).toThrow(new JsonPathError(message));
});

test.each(['{.absent}', '{.kubespan.absent.deeper}', '{.absent[0]}', '{.absent[:]}', '{.peers[?(@.port>5)].label}'])(
  '%s is nothing where keys may be missing',
  (template) => {
    expect(text(template, true)).toBe('');
  },
);

test('a template can be evaluated again, ranges too', () => {
  const template = parseTemplate('{range .peers[*]}{.label}{end}');
  const once = evaluate(template, DATA, { allowMissing: false });
  expect(evaluate(template, DATA, { allowMissing: false })).toEqual(once);
});
