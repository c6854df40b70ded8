import { arbitraryOf } from '@cosi-ts/testing';
import { test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { builtinTypes } from './builtin.ts';
import { Affiliate, type AffiliateSpec } from './cluster/affiliate.ts';

describe.each(builtinTypes.map((type) => [type.type, type] as const))('%s', (_, type) => {
  const { spec } = type;
  const specs = arbitraryOf(type);

  test.prop([specs])('reads back what it encodes', (value) => {
    expect(spec.decode(spec.encode(value))).toEqual(value);
    expect(spec.equals(spec.decode(spec.encode(value)), value)).toBe(true);
  });

  test.prop([specs])('writes YAML that a YAML parser reads as its plain form', (value) => {
    expect(parse(`${spec.toYaml(value)}\n`)).toEqual(spec.toPlain(value));
  });

  test.prop([specs.filter((value) => !hasLoneAddress(value))])('reads back what it writes as YAML', (value) => {
    expect(spec.fromPlain(parse(`${spec.toYaml(value)}\n`))).toEqual(value);
  });

  test.prop([specs])('accepts what the type allows, as it is', (value) => {
    expect(spec.validate(value)).toEqual(value);
  });

  test.prop([specs])('freezes all of it', (value) => {
    expect(isDeeplyFrozen(spec.freeze(value))).toBe(true);
  });

  test.prop([specs, specs])('tells different specs apart, and only those', (a, b) => {
    expect(spec.equals(a, structuredCloneOf(a))).toBe(true);
    expect(spec.equals(a, b)).toBe(JSON.stringify(spec.encode(a)) === JSON.stringify(spec.encode(b)));
  });
});

/** The one thing that YAML loses, as in Talos: the address of an otherwise empty `kubespan`. */
function hasLoneAddress(spec: object): boolean {
  if (!('kubespan' in spec)) return false;
  const { address } = (spec as AffiliateSpec).kubespan;
  return address !== '' && !('kubespan' in (Affiliate.spec.toPlain(spec as AffiliateSpec) as object));
}

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !isData(value)) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

function structuredCloneOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(structuredCloneOf) as T;
  if (typeof value !== 'object' || value === null || !isData(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, structuredCloneOf(part)])) as T;
}

function isData(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
