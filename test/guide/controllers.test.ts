import { ownedHost } from '@cosi-ts/core';
import { collection, type Controller, type State } from '@cosi-ts/runtime';
import { assertUnperturbed, simulate } from '@cosi-ts/testing';
import { describe, expect, test } from 'vitest';
import {
  bothOrNeither,
  claimsGo,
  provisioner,
  receiptOfTeam,
  receiptsGoWithClaims,
  total,
  volumeOfClaim,
} from './controllers.ts';
import { picture, startProgram, whyTotal } from './program.ts';
import { Claim, Receipt, Volume } from './resources.ts';

const put = (id: string, size: number) => (state: State) => collection(state, Claim).set(id, { size });
const tearDown = (id: string) => (state: State) => state.teardown(Claim.pointer(id));

const steps = [put('red/a', 1), put('red/b', 2), put('blue/a', 3), put('red/a', 4), tearDown('red/b')];

describe('the controllers of docs/controllers.md come to the same under every plan', () => {
  test.each<readonly [string, readonly Controller[]]>([
    ['loop and queue', [provisioner, total, claimsGo]],
    ['transform', [volumeOfClaim, total, claimsGo]],
    ['merge', [receiptOfTeam, claimsGo]],
    ['cleanup', [receiptsGoWithClaims, claimsGo]],
    ['atomic', [bothOrNeither]],
  ])('%s', async (_name, controllers) => {
    await assertUnperturbed({ controllers: () => controllers, steps, types: [Claim, Volume, Receipt] });
  });
});

test('its program counts, can tell why, and draws itself', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('node');
    const { state, runtime, metrics } = startProgram(ownedHost(host, owner), owner);
    await collection(state, Claim).create('a', { size: 7 });
    await sim.settle();
    expect((await collection(state, Receipt).get('total')).spec.size).toBe(7);
    expect(whyTotal(state)).toEqual([
      'total wrote Receipts.example.dev total',
      'volume-of-claim wrote Volumes.example.dev a',
      'somebody wrote Claims.example.dev a',
    ]);
    expect(picture(runtime)).toContain('-->|"exclusive"|');
    expect(runtime.checkGraph()).toEqual([]);
    expect(await metrics.metrics()).toMatch(/^controller_runtime_reconcile_total\{.*total.*success.*\} [1-9]/m);
  });
});
