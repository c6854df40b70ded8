import { defineResource, int32, string, type DeclaredType, type SpecOf } from '@cosi-ts/resources';

const claim = { size: int32(1) };
export interface ClaimSpec extends SpecOf<typeof claim> {}

/** What users ask for: a volume of some size. */
export const Claim: DeclaredType<ClaimSpec> = defineResource({
  type: 'Claims.example.dev',
  namespace: 'default',
  fields: claim,
});

const volume = { claim: string(1), size: int32(2) };
export interface VolumeSpec extends SpecOf<typeof volume> {}

/** What the controllers make of it. */
export const Volume: DeclaredType<VolumeSpec> = defineResource({
  type: 'Volumes.example.dev',
  namespace: 'default',
  fields: volume,
});

const report = { size: int32(1) };
export interface ReportSpec extends SpecOf<typeof report> {}

/** What a controller says of a claim, or keeps for itself. */
export const Report: DeclaredType<ReportSpec> = defineResource({
  type: 'Reports.example.dev',
  namespace: 'default',
  fields: report,
});
