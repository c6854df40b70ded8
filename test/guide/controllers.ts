import {
  cleanup,
  defineController,
  defineQueueController,
  destroy,
  exclusive,
  merge,
  primary,
  removeOutputs,
  shared,
  transform,
  weak,
} from '@cosi-ts/runtime';
import { Claim, Receipt, Volume } from './resources.ts';

export const total = defineController({
  name: 'total',
  ports: { volumes: weak(Volume), receipts: shared(Receipt) },
  async reconcile({ volumes, receipts }, { log, causes }) {
    const all = await volumes.list();
    const size = all.reduce((sum, { spec }) => sum + spec.size, 0);
    log.debug('counted', { volumes: all.length, because: causes.length });
    await receipts.set('total', { size });
  },
});

export const provisioner = defineQueueController({
  name: 'provisioner',
  ports: { claims: primary(Claim, { holds: true }), volumes: exclusive(Volume) },
  concurrency: 4,
  async reconcile({ claims, volumes }, id) {
    const claim = await claims.find(id);
    if (claim === undefined) return;
    if (claim.metadata.phase === 'tearingDown') {
      if (await volumes.remove(id)) await claims.removeFinalizer(id, 'provisioner');
      return;
    }
    await claims.addFinalizer(id, 'provisioner');
    await volumes.set(id, { size: claim.spec.size, state: 'ready' });
  },
});

export const volumeOfClaim = transform({
  name: 'volume-of-claim',
  input: Claim,
  output: Volume,
  inputFinalizers: true,
  map: ({ metadata }) => metadata.id,
  transform: ({ spec }) => ({ size: spec.size, state: 'ready' }),
});

export const receiptOfTeam = merge({
  name: 'receipt-of-team',
  input: Claim,
  output: Receipt,
  key: ({ metadata }) => metadata.id.split('/')[0],
  merge: (claims) => ({ size: claims.reduce((sum, { spec }) => sum + spec.size, 0) }),
});

export const receiptsGoWithClaims = cleanup({
  name: 'receipts-go-with-claims',
  input: Claim,
  handler: removeOutputs(Receipt, ({ metadata }) => metadata.id),
});

export const claimsGo = destroy(Claim);

export const bothOrNeither = defineController({
  name: 'both-or-neither',
  atomic: true,
  ports: { claims: weak(Claim), volumes: exclusive(Volume), receipts: exclusive(Receipt) },
  async reconcile({ claims, volumes, receipts }) {
    for (const { metadata, spec } of await claims.list()) {
      const receipt = await receipts.find(metadata.id);
      if (receipt?.spec.size === spec.size) continue;
      await receipts.set(metadata.id, { size: spec.size });
      await volumes.set(metadata.id, { size: spec.size, state: 'ready' });
    }
  },
});
