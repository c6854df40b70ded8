import { Changelog, realHost, type Changed } from '@cosi-ts/core';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { packEntry } from '../../wire/entries.ts';
import { watchResponse } from '../../wire/messages.ts';
import { packed, readableWatch } from '../service.fixture.ts';
import type { StoredAffiliate } from '../state/stored-affiliate.ts';
import { watchMessages } from './watch-messages.ts';

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('update', 'delete'), id: ids, at: fc.constant(0) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pull'), id: ids, at: fc.nat(2) }) },
  ),
  { maxLength: 60, size: 'max' },
);

describe('messages of changes', () => {
  test.prop([steps])('tell each watcher what it pulled, whatever others pulled before', (steps) => {
    const log = new Changelog<StoredAffiliate>(realHost().clock);
    const table = log.table('c');
    const messages = watchMessages();
    const watchers = [table.changes(), table.changes(), table.changes()];
    for (const [step, { kind, id, at }] of steps.entries()) {
      if (kind === 'pull') {
        const changed = watchers[at]?.pull(4)?.changed ?? [];
        expect(messages.of(changed).flatMap(toldBy)).toEqual(changed.map(wanted));
      } else if (kind === 'update' || table.get(id) !== undefined) {
        const entry = packEntry(id, { data: packed(`data ${step}`), endpoints: [] });
        log.commit([{ table, key: id, after: kind === 'update' ? { entry, lease: 0 } : undefined }]);
      }
    }
  });

  test('are made once for all who are equally far behind, one for all updates in a row', () => {
    const log = new Changelog<StoredAffiliate>(realHost().clock);
    const table = log.table('c');
    const [one, other] = [table.changes(), table.changes()];
    for (const key of ['a', 'b', 'c']) {
      log.commit([{ table, key, after: { entry: packEntry(key, { data: packed('d'), endpoints: [] }), lease: 0 } }]);
    }
    const messages = watchMessages();
    const told = messages.of(one.pull()?.changed ?? []);
    expect(told).toHaveLength(1);
    expect(messages.of(other.pull()?.changed ?? [])[0]).toBe(told[0]);
  });
});

function toldBy(message: Uint8Array): string[] {
  const { affiliates, deleted } = readableWatch(watchResponse.decode(message));
  return affiliates.map(({ id, data }) => (deleted ? `${id} gone` : `${id} ${data}`));
}

function wanted({ key, value }: Changed<StoredAffiliate>): string {
  if (value === undefined) return `${key} gone`;
  return toldBy(watchMessages().of([{ key, value, position: 0 }])[0] ?? new Uint8Array(0))[0] ?? '';
}
