import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { compareUtf8 } from './utf8.ts';

// Half of them from around the surrogates, where the orders of UTF-8 and UTF-16 differ.
const character = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
);
const text = fc.string({ unit: character, maxLength: 5 });

property.prop([text, text], { numRuns: 500 })('strings are ordered as their bytes', (a, b) => {
  expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
});
