import { isTombstone, type EncodedSpec, type Resource } from '@cosi-ts/resources';
import type { OutputResource } from '../output/resource.ts';
import type { RunningNode } from './running-nodes.ts';

/** A resource that came from `encoded` of a node, as printers take it. */
export function outputOf({ label }: RunningNode, resource: Resource): OutputResource {
  const specYaml = isTombstone(resource) ? '' : (resource as Resource<EncodedSpec>).spec.yaml;
  return { node: label, metadata: resource.metadata, specYaml };
}
