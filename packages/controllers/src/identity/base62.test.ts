import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { Base62Error, decodeBase62, encodeBase62 } from './base62.ts';

const vectors = [
  ['sou7yy34ykX3n373Zw1DXKb8zD7UnyKT6HT3QDsGH6L', 'be871ac0d0dd31fa4caca753b0f3f1b2970f5c19dfbde7dd7932e37cb2eeea2c'],
  ['gvqfS27LxD58lPlASmpaueeRVzuof16iXoieRgEvBWaE', '8d2c0de2408fa2a178bad7f45d9aa8fbd7354cc90129f2f9c87897dec97eabe0'],
  ['Utoh3O0ZneV0kT2IUBrh7TgdouRcUW2yzaaMl4VXnCd', 'e853aeaf1298d359e5b2ca388dd43b027dc3582a11b27268afa76743b7868b54'],
  ['7x1SuC8Ege5BGXdAfTEff5iQnlWZLfv9h1LGMxA2pYkC', '52314ec06260c5eb0fb7fcb656967422e7ff113f80eae303cfa013c0ae4b5c7b'],
  ['A'.repeat(43), '00'.repeat(32)],
  ['fwjO4YDNyAjLsoCKmQiIg4BHaghFUIBEOwgCIYABCAA', '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'],
  [`${'f'.repeat(51)}B`, 'ff'.repeat(32)],
  // The last six bits, when they have a character of five bits: kept whole without the sixth bit, else split.
  ['AAAe', '780000'],
  ['AAAf', '7c0000'],
  ['AAAeB', 'f80000'],
  ['', ''],
] as const;

/** Bytes with many runs of ones, which are what the code treats specially. */
const denseBytes = fc.array(fc.constantFrom(0xff, 0x7e, 0xfe, 0x3f, 0xdf, 0, 0x80), { maxLength: 40 });

describe('base62', () => {
  test.each(vectors)('%j is %s', (text, hex) => {
    expect(encodeBase62(Buffer.from(hex, 'hex'))).toBe(text);
    expect(Buffer.from(decodeBase62(text)).toString('hex')).toBe(hex);
  });

  test.prop([
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      denseBytes.map((list) => Uint8Array.from(list)),
    ),
  ])('brings every array of bytes back', (bytes) => {
    const text = encodeBase62(bytes);
    expect(text).toMatch(/^[A-Za-z0-9]*$/);
    expect(decodeBase62(text)).toEqual(bytes);
  });

  test.prop([fc.uint8Array({ minLength: 1, maxLength: 32 })])('needs five to six bits a character', (bytes) => {
    const { length } = encodeBase62(bytes);
    expect(length).toBeGreaterThanOrEqual(Math.ceil((bytes.length * 8) / 6));
    expect(length).toBeLessThanOrEqual(Math.ceil((bytes.length * 8) / 5));
  });

  test.prop([
    fc.stringMatching(/^[A-Za-z0-9]{0,20}$/),
    fc.constantFrom('-', '_', ' ', '@', '[', '`', '{', '/', ':', 'é'),
  ])('says where it met a foreign character', (start, character) => {
    let error: unknown;
    try {
      decodeBase62(`${start}${character}A=`);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(Base62Error);
    expect(error).toMatchObject({ code: 'base62', position: start.length });
  });
});
