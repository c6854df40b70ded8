import type { Problems } from '../problem.ts';
import type { Section } from '../yaml/section.ts';
import { readCluster, type ClusterSection } from './cluster.ts';
import { readMachine, type MachineSection } from './machine.ts';

/** What the v1alpha1 document of a file says: the one without a kind. */
export interface V1Alpha1 {
  readonly machine: MachineSection | undefined;
  readonly cluster: ClusterSection | undefined;
}

/** Reads a v1alpha1 document. The sections of which not everything is read are added to `lenient`. */
export function readV1Alpha1(root: Section, lenient: Section[], problems: Problems): V1Alpha1 {
  const version = root.text('version');
  if (version && version.value !== 'v1alpha1') problems.add(version.at, 'version must be v1alpha1');
  if (root.text('apiVersion')) problems.add(root.offset('apiVersion'), 'a document with an apiVersion needs a kind');
  const [machine, cluster] = [root.section('machine'), root.section('cluster')];
  lenient.push(root);
  return {
    machine: machine && readMachine(machine, lenient, problems),
    cluster: cluster && readCluster(cluster, lenient, problems),
  };
}
