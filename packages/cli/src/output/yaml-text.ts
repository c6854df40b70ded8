import { metadataYaml } from '@cosi-ts/resources';
import { isMachineConfigText, specDocument, type OutputEvent, type OutputResource } from './resource.ts';
import { writeYamlEntry, writeYamlText } from './yaml/write.ts';

/** One YAML document a resource, with dashes before each but the first. */
export function yamlText(): (resource: OutputResource, event: OutputEvent | undefined) => string {
  let dashes = '';
  return (resource, event) => {
    const head = `node: ${resource.node}\n${event === undefined ? '' : `event: ${event}\n`}`;
    const text = `${dashes}${head}${metadataYaml(resource.metadata)}${specEntry(resource)}`;
    dashes = '---\n';
    return text;
  };
}

function specEntry(resource: OutputResource): string {
  if (isMachineConfigText(resource)) return writeYamlText('spec', resource.specYaml);
  const document = specDocument(resource);
  return document === undefined ? 'spec: null\n' : writeYamlEntry('spec', document);
}
