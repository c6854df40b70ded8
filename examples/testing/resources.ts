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

const note = { value: int32(1) };
export interface NoteSpec extends SpecOf<typeof note> {}

/** A number that a controller keeps for itself, or for another one. */
export const Note: DeclaredType<NoteSpec> = defineResource({
  type: 'Notes.example.dev',
  namespace: 'default',
  fields: note,
});
