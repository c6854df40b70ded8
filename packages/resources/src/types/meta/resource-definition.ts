import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, list, string, type SpecOf } from '../../define/fields.ts';

const sensitivity = enumOf({ '': 0, sensitive: 1 });

const fields = {
  type: string(1),
  displayType: string(2),
  defaultNamespace: string(3),
  aliases: list(4, string),
  allAliases: list(5, string),
  printColumns: list(6, { name: string(1), jsonPath: string(2) }),
  sensitivity: sensitivity(7, { omitEmpty: true }),
};

export interface ResourceDefinitionSpec extends SpecOf<typeof fields> {}

/** What a client needs to know about a resource type. Its id is the type's name in lower case. */
export const ResourceDefinition: DeclaredType<ResourceDefinitionSpec> = defineResource({
  type: 'ResourceDefinitions.meta.cosi.dev',
  namespace: 'meta',
  columns: { Aliases: '{.aliases[:]}' },
  aliases: ['api-resources'],
  fields,
});
