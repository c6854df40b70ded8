import { Bytes, type Timestamp } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { ipAddressOf } from '../net/ip-address.ts';
import { ipPortOf } from '../net/ip-port.ts';
import { SchemaError } from '../resource/errors.ts';
import { Labels } from '../resource/labels.ts';
import { Affiliate, type AffiliateSpec } from '../types/cluster/affiliate.ts';
import { Member, type MemberSpec } from '../types/cluster/member.ts';
import { defineResource } from './define-resource.ts';
import {
  bool,
  bytes,
  enumOf,
  flagsOf,
  int32,
  int64,
  list,
  object,
  optional,
  string,
  stringMap,
  textBytes,
  timestamp,
  uint32,
} from './fields.ts';

const Everything = defineResource({
  type: 'Everythings.example.com',
  namespace: 'default',
  fields: {
    text: string(1),
    flag: bool(2),
    small: int32(3),
    large: int64(4),
    unsigned: uint32(5),
    time: timestamp(6),
    raw: bytes(7),
    file: textBytes(8),
    choice: enumOf({ none: 0, one: 1, minus: -1 })(9),
    bits: flagsOf({ a: 1, b: 2, d: 8 })(10),
    map: stringMap(11),
    numbers: list(12, int32),
    parts: list(13, { name: string(1), inner: object(2, { names: list(1, string) }) }),
    maybe: optional(14, int32),
    maybeText: optional(15, string, { yaml: 'maybe-text' }),
  },
});
const { spec } = Everything;
const nothing = spec.fromPlain({});
const member: MemberSpec = { ...Member.spec.fromPlain({}), hostname: 'h' };

describe('validation', () => {
  test.each<[string, object, string]>([
    ['a missing field', { text: undefined }, 'text: is missing'],
    ['a field of no declaration', { txet: '' }, 'txet: there is no such field'],
    ['a field with a strange name', { 'a.b': '' }, '["a.b"]: there is no such field'],
    ['a number for text', { text: 1 }, 'text: expected text, found a number'],
    ['half a surrogate pair', { text: '\ud800' }, 'text: text with half a surrogate pair'],
    ['text for a flag', { flag: 'true' }, 'flag: expected true or false, found text'],
    ['a fraction', { small: 0.5 }, 'small: expected a whole number from -2147483648 to 2147483647, found 0.5'],
    [
      'too large a number',
      { unsigned: 2 ** 32 },
      'unsigned: expected a whole number from 0 to 4294967295, found 4294967296',
    ],
    ['a number that is not exact', { large: 2 ** 53 }, /^large: expected a whole number from -9007199254740991 to/],
    ['no time', { time: '2022-02-30T00:00:00Z' }, 'time: not a time: "2022-02-30T00:00:00Z"'],
    ['an array for bytes', { raw: new Uint8Array(1) }, 'raw: expected bytes, found an object'],
    ['an unknown name', { choice: 'two' }, 'choice: expected "none", "one" or "minus", found "two"'],
    ['an unknown flag', { bits: 'a,c' }, 'bits: expected "a", "b" or "d", found "c"'],
    ['an object for labels', { map: { a: 'b' } }, 'map: expected labels, found an object'],
    [
      'half a surrogate pair in labels',
      { map: Labels.of({ 'x.y': '\udc00' }) },
      'map["x.y"]: text with half a surrogate pair',
    ],
    ['an object for a list', { numbers: {} }, 'numbers: expected a list, found an object'],
    ['text in a list of numbers', { numbers: [1, 'x'] }, 'numbers[1]: expected a whole number, found text'],
    [
      'null deep inside',
      { parts: [{ name: '', inner: { names: ['', null] } }] },
      'parts[0].inner.names[1]: expected text, found null',
    ],
    ['nothing for an object', { parts: [null] }, 'parts[0]: expected an object, found null'],
  ] as [string, object, string][])('refuses %s', (_, change, message) => {
    expect(() => spec.validate({ ...nothing, ...change })).toThrow(SchemaError);
    expect(() => spec.validate({ ...nothing, ...change })).toThrow(message);
  });

  test.each([undefined, null, 'x', [], 1])('refuses %j for a spec', (value) => {
    expect(() => spec.validate(value)).toThrow(SchemaError);
    if (value !== undefined && value !== null) expect(() => spec.fromPlain(value)).toThrow(SchemaError);
  });

  test('refuses an address that is none, and spells the others alike', () => {
    expect(() => Member.spec.validate({ ...member, addresses: ['10.0.0.256'] })).toThrow(
      'addresses[0]: not an IP address: "10.0.0.256"',
    );
    expect(Member.spec.validate({ ...member, addresses: ['FD83::0:1'] }).addresses).toEqual(['fd83::1']);
  });

  test('drops an optional field that is undefined', () => {
    expect(Object.keys(Member.spec.validate({ ...member, controlPlane: undefined }))).not.toContain('controlPlane');
  });

  test('gives zero one sign', () => {
    expect(Object.is(spec.validate({ ...nothing, small: -0 }).small, 0)).toBe(true);
  });
});

describe('freezing', () => {
  test.each<[string, object]>([
    ['text', { text: '\ud800' }],
    ['maybeText', { maybeText: '\udfff' }],
    [
      'parts[1].inner.names',
      {
        parts: [
          { name: '', inner: { names: [] } },
          { name: '', inner: { names: ['', '\ud800'] } },
        ],
      },
    ],
  ])('refuses malformed text at %s', (path, change) => {
    expect(() => spec.freeze({ ...nothing, ...change })).toThrow(expect.objectContaining({ path }));
  });

  test('looks only at what differs from what it replaces', () => {
    const before = spec.freeze({ ...nothing, parts: [{ name: 'a', inner: { names: [] } }] });
    const changed = { ...before, text: 'new', numbers: [1] };
    expect(Object.isFrozen(spec.freeze(changed, before).numbers)).toBe(true);
    expect(() => spec.freeze({ ...before, text: '\ud800' }, before)).toThrow(expect.objectContaining({ path: 'text' }));
    const part = { name: '\ud800', inner: { names: [] } };
    expect(() => spec.freeze({ ...before, parts: [part] }, before)).toThrow(
      expect.objectContaining({ path: 'parts[0].name' }),
    );
  });
});

describe('the wire form', () => {
  test('leaves out what says nothing, and keeps an optional zero', () => {
    expect([...spec.encode(nothing)]).toEqual([]);
    expect([...spec.encode({ ...nothing, maybe: 0, maybeText: '' })]).toEqual([14 << 3, 0, (15 << 3) | 2, 0]);
    expect(spec.decode(Uint8Array.from([14 << 3, 0]))).toEqual({ ...nothing, maybe: 0 });
  });

  test('packs numbers, and reads them packed or not, even mixed', () => {
    expect([...spec.encode({ ...nothing, numbers: [1, 2] })]).toEqual([98, 2, 1, 2]);
    expect(spec.decode(Uint8Array.from([98, 2, 1, 2, 96, 3, 98, 1, 4])).numbers).toEqual([1, 2, 3, 4]);
  });

  test('merges an object that comes in pieces', () => {
    const { kubespan } = Affiliate.spec.decode(Uint8Array.from([0x3a, 3, 0x0a, 1, 0x6b, 0x3a, 6, 0x12, 4, 1, 2, 3, 4]));
    expect(kubespan).toMatchObject({ publicKey: 'k', address: '1.2.3.4' });
  });

  test('reads addresses without their envelope', () => {
    expect(Member.spec.decode(Uint8Array.from([0x12, 4, 10, 0, 0, 1, 0x12, 0])).addresses).toEqual(['10.0.0.1', '']);
  });

  test('keeps a number without a name', () => {
    const decoded = spec.decode(Uint8Array.from([9 << 3, 7, 10 << 3, 0x16]));
    expect(decoded).toMatchObject({ choice: '7', bits: 'b,20' });
    expect([...spec.encode(decoded)]).toEqual([9 << 3, 7, 10 << 3, 0x16]);
    expect(spec.validate(decoded)).toEqual(decoded);
    expect(spec.fromPlain(spec.toPlain(decoded))).toEqual(decoded);
  });

  test.each<[string, number[]]>([
    ['parts.name', [106, 5, 10, 1]],
    ['text', [10, 2, 0xff, 0xfe]],
    ['large', [32, ...Array.from({ length: 8 }, () => 0xff), 0x7f]],
    ['parts', [106, 2, 10, 1, 97, 0]],
    ['map', [90, 2, 10, 1, 97, 0]],
    ['numbers', [98, 1, 0x80, 0]],
    ['time', [50, 10, 8, ...Array.from({ length: 8 }, () => 0xff), 0x7f]],
  ])('refuses bytes that are wrong at %s', (path, data) => {
    expect(() => spec.decode(Uint8Array.from(data))).toThrow(SchemaError);
    expect(() => spec.decode(Uint8Array.from(data))).toThrow(expect.objectContaining({ path }));
  });

  test.prop([fc.uint8Array()])('reads or refuses any bytes, and reads what it writes then', (data) => {
    let decoded;
    try {
      decoded = spec.decode(data);
    } catch (error) {
      expect(error).toBeInstanceOf(SchemaError);
      return;
    }
    expect(spec.decode(spec.encode(decoded))).toEqual(decoded);
  });

  test('is whole again after a failure', () => {
    const before = spec.encode({ ...nothing, text: 'a' });
    expect(() => spec.encode({ ...nothing, text: 'a', small: 0.5 })).toThrow(/./);
    expect(spec.encode({ ...nothing, text: 'a' })).toEqual(before);
  });
});

describe('the YAML form', () => {
  const affiliate: AffiliateSpec = { ...Affiliate.spec.fromPlain({}), nodeId: 'a', machineType: 'worker' };

  test('leaves kubespan out unless more than its address is there, as Talos does', () => {
    const { kubespan } = affiliate;
    const lone = { ...affiliate, kubespan: { ...kubespan, address: ipAddressOf('fd83::1') } };
    expect(Affiliate.spec.toYaml(lone)).toBe(
      'nodeId: a\naddresses: []\nhostname: ""\noperatingSystem: ""\nmachineType: worker',
    );
    const withEndpoint = { ...affiliate, kubespan: { ...kubespan, endpoints: [ipPortOf('[fd00::1]:51820')] } };
    expect(Affiliate.spec.toYaml(withEndpoint)).toBe(`nodeId: a
addresses: []
hostname: ""
operatingSystem: ""
machineType: worker
kubespan:
    publicKey: ""
    address: ""
    additionalAddresses: []
    endpoints:
        - '[fd00::1]:51820'
    excludeAdvertisedNetworks: []`);
  });

  test('nests, indents and quotes', () => {
    const value = spec.validate({
      ...nothing,
      text: 'true',
      time: '2022-10-12T12:00:00.5Z' as Timestamp,
      raw: Bytes.from([0, 255]),
      file: Bytes.from(new TextEncoder().encode('a\n\nb\n')),
      map: Labels.of({ '': '', yes: '1' }),
      parts: [{ name: 'x', inner: { names: ['1', 'a\nb'] } }],
      maybe: 0,
    });
    expect(spec.toYaml(value)).toBe(`text: "true"
flag: false
small: 0
large: 0
unsigned: 0
time: 2022-10-12T12:00:00.5Z
raw:
    - 0
    - 255
file: |
    a

    b
choice: none
bits: ""
map:
    "": ""
    'yes': "1"
numbers: []
parts:
    - name: x
      inner:
        names:
            - "1"
            - |-
              a
              b
maybe: 0`);
  });

  test('of nothing is an empty mapping', () => {
    const Empty = defineResource({ type: 'Nothings.example.com', namespace: 'default', fields: {} });
    expect(Empty.spec.toYaml({})).toBe('{}');
  });

  test('reads null as zero, and refuses what it does not know', () => {
    expect(spec.fromPlain({ text: null, numbers: null, parts: [null], maybe: null })).toEqual({
      ...nothing,
      parts: [{ name: '', inner: { names: [] } }],
    });
    expect(() => spec.fromPlain({ maybeText: '' })).toThrow('maybeText: there is no such field');
    expect(() => spec.fromPlain({ raw: [256] })).toThrow('raw[0]: expected a byte, a number from 0 to 255');
    expect(() => spec.fromPlain({ text: 12 })).toThrow('text: expected text, found a number');
  });
});

describe('a declaration', () => {
  test.each([
    ['two fields with one number', { a: string(1), b: string(1) }],
    ['two fields with one YAML key', { a: string(1), b: string(2, { yaml: 'a' }) }],
  ])('is refused with %s', (_, fields) => {
    expect(() => defineResource({ type: 'Wrongs.example.com', namespace: 'default', fields })).toThrow(TypeError);
  });

  test('is refused as bare unless it has one field', () => {
    const declare = (fields: { [name: string]: ReturnType<typeof string> }) =>
      defineResource({ type: 'Bares.example.com', namespace: 'default', layout: 'bare', fields });
    expect(() => declare({})).toThrow(TypeError);
    expect(() => declare({ a: string(1), b: string(2) })).toThrow(TypeError);
    expect(declare({ a: string(1) }).spec.fromPlain('x')).toEqual({ a: 'x' });
  });
});
