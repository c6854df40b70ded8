import { metadataYaml, pointerText, type Metadata } from '@cosi-ts/resources';
import { CommandError } from '../io.ts';
import { parseYaml, YamlSyntaxError, yamlValue, type YamlDocument } from './yaml/parse.ts';
import { isYamlMap, type YamlMap, type YamlValue } from './yaml/value.ts';

/** A resource as it came over the wire, and from where: all that printing needs, whatever its type. */
export interface OutputResource {
  /** The node that was asked, as the user named it. */
  readonly node: string;
  readonly metadata: Metadata;
  /** The spec's YAML form; empty for a tombstone, which has none. */
  readonly specYaml: string;
}

/** What happened to a resource that is watched. */
export type OutputEvent = 'created' | 'updated' | 'destroyed';

/**
 * The parsed spec, its styles kept; `undefined` if there is none.
 *
 * @throws CommandError naming the resource if what the node sent is no YAML.
 */
export function specDocument(resource: OutputResource): YamlDocument | undefined {
  if (resource.specYaml === '') return undefined;
  try {
    return parseYaml(resource.specYaml);
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new CommandError(
      `${resource.node}: the spec of ${pointerText(resource.metadata)} is no YAML: ${error.message}`,
    );
  }
}

/** The spec as data, which a column's JSONPath sees; null if there is none. */
export function specValue(resource: OutputResource): YamlValue {
  const document = specDocument(resource);
  return document === undefined ? null : yamlValue(document);
}

/**
 * The whole resource as data, which JSON output shows and `-o jsonpath` sees. It is its YAML form read back, so that
 * metadata that looks like a number is one, the version above all.
 */
export function resourceValue(resource: OutputResource, event: OutputEvent | undefined): YamlMap {
  const metadata = yamlValue(parseYaml(metadataYaml(resource.metadata)));
  return new Map<string, YamlValue>([
    ['node', resource.node],
    ...(event === undefined ? [] : [['event', event] as const]),
    ['metadata', isYamlMap(metadata) ? (metadata.get('metadata') ?? null) : null],
    ['spec', isMachineConfigText(resource) ? resource.specYaml : specValue(resource)],
  ]);
}

/**
 * Machine configuration is a text of several YAML documents, with comments of people, of which only the first would
 * survive: it is shown as text. Annotated ones come from servers that send it as text already.
 */
export function isMachineConfigText({ metadata, specYaml }: OutputResource): boolean {
  return metadata.type === 'MachineConfigs.config.talos.dev' && metadata.annotations.size === 0 && specYaml !== '';
}
