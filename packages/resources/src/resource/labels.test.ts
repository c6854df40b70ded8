import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { Labels } from './labels.ts';

const text = fc.string({ unit: 'binary', maxLength: 3 });

test.prop([fc.array(fc.tuple(text, text), { maxLength: 60 }), fc.array(text, { maxLength: 5 })])(
  'few or many are found by their keys',
  (entries, others) => {
    const wanted = new Map(entries);
    const labels = Labels.from(entries);
    for (const key of [...wanted.keys(), ...others]) {
      expect(labels.get(key)).toBe(wanted.get(key));
      expect(labels.has(key)).toBe(wanted.has(key));
    }
  },
);
