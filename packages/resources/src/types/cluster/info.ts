import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, type SpecOf } from '../../define/fields.ts';

const fields = { clusterId: string(1), clusterName: string(2) };

export interface InfoSpec extends SpecOf<typeof fields> {}

/** Which cluster this is: the id `current`. */
export const Info: DeclaredType<InfoSpec> = defineResource({
  type: 'Infos.cluster.talos.dev',
  namespace: 'cluster',
  columns: { 'Cluster ID': '{.clusterId}', 'Cluster Name': '{.clusterName}' },
  fields,
});
