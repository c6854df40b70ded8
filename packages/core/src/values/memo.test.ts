import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { memo } from './memo.ts';

test.prop([fc.array(fc.nat(5)), fc.integer({ min: 1, max: 4 })])(
  'gives what the function gives, and asks it again only after it forgot',
  (keys, capacity) => {
    const asked: number[] = [];
    const double = memo(capacity, (key: number) => {
      asked.push(key);
      return { of: key };
    });
    let kept = new Map<number, object>();
    for (const key of keys) {
      const before = asked.length;
      const result = double(key);
      expect(result.of).toBe(key);
      if (kept.has(key)) expect([asked.length, kept.get(key)]).toEqual([before, result]);
      else if (kept.size >= capacity) kept = new Map();
      kept.set(key, result);
    }
  },
);
