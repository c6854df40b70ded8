import assert from 'node:assert/strict';
import { teardownAndDestroy } from '@cosi-ts/runtime';
import { pointer, type StateSubject } from './subject.ts';

type Rule = (subject: StateSubject) => Promise<void>;

/** Rules about operations that wait for others. */
export const WAITING_RULES: Readonly<Record<string, Rule>> = {
  async 'TeardownAndDestroy: waits for those who hold the resource'({ state, paths, create, watch }) {
    await create('td');
    await paths.addFinalizer('td', 'A');
    const events = await watch('td');
    await events.expect('created', 'td');
    const whole = teardownAndDestroy(state, pointer('td'));
    const leaving = await events.expect('updated', 'td');
    assert.equal(leaving.resource.metadata.phase, 'tearingDown');
    await paths.removeFinalizer('td', 'A');
    await whole;
    await assert.rejects(paths.get('td'), { code: 'not-found' });
  },
};
