import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { LabelSets } from './label-sets.ts';
import { Labels } from './labels.ts';

const text = fc.oneof(fc.constantFrom('', 'a', 'b', 'ab', '__proto__', 'constructor'), fc.string({ maxLength: 3 }));
const labels = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => Labels.from(entries));

describe('label sets', () => {
  test.prop([fc.array(labels, { maxLength: 60 })])('are one for all that are equal, and no other', (all) => {
    const sets = new LabelSets();
    const interned = all.map((one) => sets.intern(one));
    for (const [index, one] of interned.entries()) {
      expect(one.equals(all[index] as Labels)).toBe(true);
      for (const [other, two] of interned.entries()) {
        expect(one === two).toBe((all[index] as Labels).equals(all[other] as Labels));
      }
    }
  });

  test('are forgotten when there are too many, and kept when they are asked for', () => {
    const sets = new LabelSets(100);
    const set = (n: number): Labels => Labels.of({ n: String(n % 40) });
    for (let n = 0; n < 1000; n += 1) sets.intern(set(n));
    expect(sets.intern(set(1))).toBe(sets.intern(set(1)));
  });

  test('are given up when each is another', () => {
    const sets = new LabelSets(100);
    for (let n = 0; n < 1000; n += 1) sets.intern(Labels.of({ n: String(n) }));
    const again = Labels.of({ n: '1' });
    expect(sets.intern(again)).toBe(again);
    expect(sets.intern(Labels.from([]))).toBe(Labels.empty);
  });
});

describe('a question', () => {
  test('is evaluated once per set until another one is asked', () => {
    const set = Labels.of({ a: '1' });
    let evaluated = 0;
    const question = { holds: (asked: Labels) => (evaluated += 1) > 0 && asked.get('a') === '1' };
    expect([set.ask(question), set.ask(question)]).toEqual([true, true]);
    expect(evaluated).toBe(1);
    expect(set.ask({ holds: () => false })).toBe(false);
    expect(set.ask(question)).toBe(true);
    expect(evaluated).toBe(2);
  });
});
