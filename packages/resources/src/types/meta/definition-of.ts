import type { ResourceType } from '../../resource/resource-type.ts';
import type { Resource } from '../../resource/resource.ts';
import { ResourceDefinition, type ResourceDefinitionSpec } from './resource-definition.ts';

/** The resource that tells clients about a type. */
export function definitionOf(type: ResourceType): Resource<ResourceDefinitionSpec> {
  return ResourceDefinition.create(type.type.toLowerCase(), {
    type: type.type,
    displayType: type.displayType,
    defaultNamespace: type.namespace,
    aliases: [...type.aliases],
    allAliases: [...type.allAliases],
    printColumns: type.columns.map(({ name, jsonPath }) => ({ name, jsonPath })),
    sensitivity: type.sensitive ? 'sensitive' : '',
  });
}
