import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { GroupIndex } from './group-index.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k');
/** Some groups are named like one of their members, as they all are where each resource has an output of its own. */
const moves = fc.array(fc.tuple(name, fc.option(fc.constantFrom('a', 'b', 'x'), { nil: undefined })), {
  maxLength: 60,
});

test.prop([moves])('each resource is in the group it was put into last, and in no other', (moved) => {
  const index = new GroupIndex();
  const model = new Map<string, string>();
  for (const [id, to] of moved) {
    const from = model.get(id);
    if (to === undefined) model.delete(id);
    else model.set(id, to);
    expect(index.move(id, to)).toEqual([...new Set([from, to])].filter((group) => group !== undefined));
    for (const group of ['a', 'b', 'x', 'y']) {
      const members = [...model].filter(([, its]) => its === group).map(([member]) => member);
      expect(index.members(group).toSorted()).toEqual(members.toSorted());
    }
    expect([...index.all()].toSorted()).toEqual([...new Set(model.values())].toSorted());
    expect(index.groupOf(id)).toBe(to);
  }
});
