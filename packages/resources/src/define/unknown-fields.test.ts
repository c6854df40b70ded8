import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { fc, test } from '@fast-check/vitest';
import { Immer } from 'immer';
import { describe, expect } from 'vitest';
import { arbitraryOf } from '@cosi-ts/testing';
import { Affiliate } from '../types/cluster/affiliate.ts';
import { Member } from '../types/cluster/member.ts';

const { produce } = new Immer({ autoFreeze: false });

/** Fields as a newer version might add them: numbers, text and groups of them that nobody here declares. */
const unknownFields = fc
  .array(fc.tuple(fc.integer({ min: 100, max: 536_870_911 }), fc.oneof(fc.maxSafeInteger(), fc.string())), {
    minLength: 1,
  })
  .map((fields) => {
    const writer = new BinaryWriter();
    for (const [number, value] of fields) {
      if (typeof value === 'number') writer.tag(number, WireType.Varint).int64(value);
      else writer.tag(number, WireType.LengthDelimited).string(value);
    }
    return writer.finish();
  });

const members = fc.record({ spec: arbitraryOf(Member), extra: unknownFields });

function withFields(spec: Uint8Array, extra: Uint8Array): Uint8Array {
  return Uint8Array.from([...spec, ...extra]);
}

describe('fields that a declaration does not know', () => {
  test.prop([members])('survive reading and writing', ({ spec, extra }) => {
    const bytes = withFields(Member.spec.encode(spec), extra);
    expect(Member.spec.encode(Member.spec.decode(bytes))).toEqual(bytes);
  });

  test.prop([members])('survive changes by a spread, a draft and a validation', ({ spec, extra }) => {
    const before = Member.spec.decode(withFields(Member.spec.encode(spec), extra));
    const after = withFields(Member.spec.encode({ ...spec, hostname: 'changed' }), extra);
    const changed = produce(Member.spec.freeze(before), (draft) => {
      draft.hostname = 'changed';
    });
    expect(Member.spec.encode({ ...before, hostname: 'changed' })).toEqual(after);
    expect(Member.spec.encode(changed)).toEqual(after);
    expect(Member.spec.encode(Member.spec.validate(changed))).toEqual(after);
  });

  test('survive in an object inside a spec whose other parts are drafted', () => {
    const kubespan = [0x3a, 5, 0x0a, 1, 0x6b, 0xf8, 0x3f, 7].with(1, 6);
    const before = Affiliate.spec.decode(Uint8Array.from(kubespan));
    const after = produce(before, (draft) => {
      draft.kubespan.publicKey = 'l';
    });
    expect([...Affiliate.spec.encode(after)]).toEqual(kubespan.with(4, 0x6c));
  });

  test.prop([members])('count when specs are compared, and do not show', ({ spec, extra }) => {
    const carrier = Member.spec.decode(withFields(Member.spec.encode(spec), extra));
    expect(Member.spec.equals(carrier, spec)).toBe(false);
    expect(Member.spec.equals(carrier, { ...carrier })).toBe(true);
    expect(Member.spec.toYaml(carrier)).toBe(Member.spec.toYaml(spec));
    expect(JSON.stringify(carrier)).toBe(JSON.stringify(Member.spec.decode(Member.spec.encode(spec))));
  });

  test('keep a known number with another wire type, too', () => {
    const bytes = Uint8Array.from([0x08, 5]);
    expect(Member.spec.decode(bytes).nodeId).toBe('');
    expect(Member.spec.encode(Member.spec.decode(bytes))).toEqual(bytes);
    expect(new BinaryReader(bytes).tag()).toEqual([1, WireType.Varint]);
  });
});
