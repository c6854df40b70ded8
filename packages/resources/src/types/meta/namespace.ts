import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, type SpecOf } from '../../define/fields.ts';

const fields = { description: string(1) };

export interface NamespaceSpec extends SpecOf<typeof fields> {}

/** A namespace that the node has and says what for. Its id is the namespace's name. */
export const Namespace: DeclaredType<NamespaceSpec> = defineResource({
  type: 'Namespaces.meta.cosi.dev',
  namespace: 'meta',
  aliases: ['ns'],
  fields,
});
