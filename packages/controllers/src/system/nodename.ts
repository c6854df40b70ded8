import { HostnameStatus, MachineConfig, Nodename } from '@cosi-ts/resources';
import { defineController, exclusive, weak, type Controller } from '@cosi-ts/runtime';
import { machineConfigOf } from '../config/machine-config-of.ts';

/** The name under which this machine is, or would be, a Kubernetes node. */
export const nodenameController: Controller = defineController({
  name: 'k8s.NodenameController',
  ports: {
    config: weak(MachineConfig, { id: 'v1alpha1' }),
    hostname: weak(HostnameStatus, { id: 'hostname' }),
    nodenames: exclusive(Nodename),
  },
  async reconcile({ config, hostname, nodenames }) {
    const machineConfig = await config.find('v1alpha1');
    const status = await hostname.find('hostname');
    if (machineConfig === undefined || status === undefined) return;
    const { hostname: host, domainname } = status.spec;
    const useDomain = machineConfigOf(machineConfig).registerWithFqdn && domainname !== '';
    await nodenames.set('nodename', {
      nodename: nodenameFrom(useDomain ? `${host}.${domainname}` : host),
      hostnameVersion: String(status.metadata.version),
      skipNodeRegistration: machineConfigOf(machineConfig).skipNodeRegistration,
    });
  },
});

/**
 * A hostname as Kubernetes takes it: lower case, `_` as `-`, nothing but letters, digits, `-` and `.`, none of
 * the latter two at the ends.
 * @throws Error if nothing is left.
 */
function nodenameFrom(hostname: string): string {
  const nodename = hostname
    .toLowerCase()
    .replaceAll('_', '-')
    .replaceAll(/[^a-z0-9.-]/g, '')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
  if (nodename === '') throw new Error(`hostname "${hostname}" makes no node name`);
  return nodename;
}
