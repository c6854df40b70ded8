import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, type SpecOf } from '../../define/fields.ts';

const fields = { nodeId: string(1) };

/** Its YAML form is also the file that keeps the identity, so it cannot change. */
export interface IdentitySpec extends SpecOf<typeof fields> {}

/** Who this node is, across reboots: the id `local`. */
export const Identity: DeclaredType<IdentitySpec> = defineResource({
  type: 'Identities.cluster.talos.dev',
  namespace: 'cluster',
  columns: { ID: '{.nodeId}' },
  fields,
});
