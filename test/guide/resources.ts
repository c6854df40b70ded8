import { defineResource, int32, string, type DeclaredType, type SpecOf } from '@cosi-ts/resources';

const claim = { size: int32(1) };
export interface ClaimSpec extends SpecOf<typeof claim> {}
export const Claim: DeclaredType<ClaimSpec> = defineResource({
  type: 'Claims.example.dev',
  namespace: 'default',
  fields: claim,
});

const volume = { size: int32(1), state: string(2) };
export interface VolumeSpec extends SpecOf<typeof volume> {}
export const Volume: DeclaredType<VolumeSpec> = defineResource({
  type: 'Volumes.example.dev',
  namespace: 'default',
  fields: volume,
});

const receipt = { size: int32(1) };
export interface ReceiptSpec extends SpecOf<typeof receipt> {}
export const Receipt: DeclaredType<ReceiptSpec> = defineResource({
  type: 'Receipts.example.dev',
  namespace: 'default',
  fields: receipt,
});
