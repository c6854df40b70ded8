import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { string, type SpecOf } from '../../define/fields.ts';

const fields = { hostname: string(1), domainname: string(2) };

export interface HostnameStatusSpec extends SpecOf<typeof fields> {}

/** The node's host name: the id `hostname`. */
export const HostnameStatus: DeclaredType<HostnameStatusSpec> = defineResource({
  type: 'HostnameStatuses.net.talos.dev',
  namespace: 'network',
  columns: { Hostname: '{.hostname}', Domainname: '{.domainname}' },
  aliases: ['hostname'],
  fields,
});
