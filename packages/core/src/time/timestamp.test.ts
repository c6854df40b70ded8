import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, test } from 'vitest';
import {
  EPOCH,
  ZERO_TIME,
  instantOf,
  millisOf,
  parseTimestamp,
  timestampFromInstant,
  timestampFromMillis,
  withoutFraction,
} from './timestamp.ts';

const instant = fc.record({
  seconds: fc.oneof(
    fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
    fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }),
  ),
  nanos: fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 1, 500_000_000, 120, 999_999_999)),
});

property.prop([instant])('an instant survives as text, to the nanosecond', (instant) => {
  const text = timestampFromInstant(instant);
  expect(instantOf(text)).toEqual(instant);
  expect(parseTimestamp(text)).toBe(text);
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{0,8}[1-9])?Z$/);
});

property.prop([instant, instant])('texts of one length order as their instants', (a, b) => {
  const [left, right] = [timestampFromInstant(a), timestampFromInstant(b)];
  const [x, y] = [withoutFraction(left), withoutFraction(right)];
  expect(Math.sign(Number(x > y) - Number(x < y))).toBe(Math.sign(a.seconds - b.seconds));
});

property.prop([fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 })])(
  'milliseconds survive',
  (millis) => {
    const text = timestampFromMillis(millis);
    expect(millisOf(text)).toBe(millis);
    expect(Date.parse(text)).toBe(millis);
  },
);

property.prop([instant, fc.integer({ min: -14 * 60, max: 14 * 60 })])(
  'any offset is read as UTC',
  (instant, offset) => {
    const seconds = Math.min(Math.max(instant.seconds, -62_135_510_400), 253_402_214_400);
    const utc = timestampFromInstant({ ...instant, seconds });
    const local = timestampFromInstant({ ...instant, seconds: seconds + offset * 60 }).slice(0, -1);
    const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) =>
      String(n).padStart(2, '0'),
    );
    expect(parseTimestamp(`${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`)).toBe(utc);
  },
);

describe('text', () => {
  test.each([
    ['2022-10-12T12:00:00Z', '2022-10-12T12:00:00Z'],
    ['2022-10-12t12:00:00z', '2022-10-12T12:00:00Z'],
    ['2022-10-12T12:00:00.100000000Z', '2022-10-12T12:00:00.1Z'],
    ['2022-10-12T12:00:00.000000001Z', '2022-10-12T12:00:00.000000001Z'],
    ['2022-10-12T12:00:00.0000000019Z', '2022-10-12T12:00:00.000000001Z'],
    ['2022-10-12T14:00:00+02:00', '2022-10-12T12:00:00Z'],
    ['2020-02-29T23:59:59Z', '2020-02-29T23:59:59Z'],
  ])('%s is read as %s', (text, canonical) => {
    expect(parseTimestamp(text)).toBe(canonical);
  });

  test.each([
    '',
    '2022-10-12',
    '2022-10-12T12:00:00',
    '2022-02-30T12:00:00Z',
    '2022-13-01T12:00:00Z',
    '2022-10-12T24:00:00Z',
    '2022-10-12T12:60:00Z',
    '2022-10-12T12:00:60Z',
    '2022-10-12T12:00:00.Z',
    '2022-10-12T12:00:00+25:00',
    '0000-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    ' 2022-10-12T12:00:00Z',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test('out of range is refused', () => {
    for (const seconds of [-62_135_596_801, 253_402_300_800, 0.5, Number.NaN]) {
      expect(() => timestampFromInstant({ seconds, nanos: 0 })).toThrow(RangeError);
    }
    for (const nanos of [-1, 1_000_000_000, 0.5]) {
      expect(() => timestampFromInstant({ seconds: 0, nanos })).toThrow(RangeError);
    }
  });

  test('has names for its two zeros', () => {
    expect(instantOf(EPOCH)).toEqual({ seconds: 0, nanos: 0 });
    expect(instantOf(ZERO_TIME)).toEqual({ seconds: -62_135_596_800, nanos: 0 });
  });
});
