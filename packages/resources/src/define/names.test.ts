import { describe, expect, test } from 'vitest';
import { builtinTypes } from '../types/builtin.ts';
import { TypeNameError, typeNames } from './names.ts';

describe('what follows from the name of a type', () => {
  test.each([
    [
      'ResourceDefinitions.meta.cosi.dev',
      ['api-resources'],
      {
        displayType: 'ResourceDefinition',
        aliases: ['api-resources', 'resourcedefinition', 'rd', 'rds'],
        allAliases:
          'resourcedefinitions resourcedefinitions.meta resourcedefinitions.meta.cosi api-resources resourcedefinition rd rds'.split(
            ' ',
          ),
      },
    ],
    [
      'Namespaces.meta.cosi.dev',
      ['ns'],
      {
        displayType: 'Namespace',
        aliases: ['ns', 'namespace'],
        allAliases: ['namespaces', 'namespaces.meta', 'namespaces.meta.cosi', 'ns', 'namespace'],
      },
    ],
    [
      'Members.cluster.talos.dev',
      [],
      {
        displayType: 'Member',
        aliases: ['member'],
        allAliases: ['members', 'members.cluster', 'members.cluster.talos', 'member'],
      },
    ],
  ])('%s', (type, given, names) => {
    expect(typeNames(type, given)).toEqual(names);
  });

  test('is nothing but what is given where that is asked for', () => {
    expect(typeNames('ResourceDefinitions.meta.cosi.dev', ['api-resources'], false)).toEqual({
      displayType: 'ResourceDefinition',
      aliases: ['api-resources'],
      allAliases: ['api-resources'],
    });
  });

  test('singulars and short names of the types declared here', () => {
    expect(builtinTypes.map(({ displayType, aliases }) => [displayType, ...aliases].join(' '))).toMatchInlineSnapshot(`
      [
        "Namespace ns namespace",
        "ResourceDefinition api-resources resourcedefinition rd rds",
        "MachineConfig machineconfig mc mcs",
        "MachineType machinetype mt mts",
        "Affiliate affiliate",
        "DiscoveryConfig discoveryconfig dc dcs",
        "Identity identity",
        "Info info",
        "Member member",
        "RegistryStatus registrystatus rs",
        "KubeSpanConfig kubespanconfig ksc kscs",
        "KubeSpanEndpoint kubespanendpoint kse kses",
        "KubeSpanIdentity kubespanidentity ksi ksis",
        "KubeSpanPeerSpec kubespanpeerspec ksps",
        "KubeSpanPeerStatus kubespanpeerstatus ksps",
        "KubeSpanDeviceStatus kubespandevicestatus ksds",
        "KubeSpanPeerWarning kubespanpeerwarning kspw kspws",
        "LinkSpec linkspec ls",
        "LinkStatus link links linkstatus ls",
        "AddressSpec addressspec as",
        "RouteSpec routespec rs",
        "RoutingRuleSpec routingrulespec rrs",
        "NfTablesChain chain chains nftableschain ntc ntcs",
        "AddressStatus address addresses addressstatus as",
        "HardwareAddress hardwareaddress ha has",
        "HostnameStatus hostname hostnamestatus hs",
        "NodeAddressFilter nodeaddressfilter naf nafs",
        "NodeAddressSortAlgorithm nodeaddresssortalgorithm nasa nasas",
        "NodeAddress nodeaddress na nas",
        "APIServerConfig apiserverconfig apisc apiscs",
        "Endpoint endpoint",
        "NodeStatus nodestatus ns",
        "Nodename nodename",
        "MachineResetSignal machineresetsignal mrs",
        "EtcFileSpec etcfilespec efs",
        "VolumeMountRequest volumemountrequest vmr vmrs",
        "VolumeMountStatus volumemountstatus vms",
      ]
    `);
  });

  test.each([
    ['Members', 'missing suffix'],
    ['.cluster', 'name is empty'],
    ['Members.', 'suffix is empty'],
    ['members.cluster', 'name should be in CamelCase'],
    ['memberS.cluster', String.raw`name doesn't match "^[A-Z][A-Za-z0-9-]+$"`],
    ['Mem_bers.cluster', String.raw`name doesn't match "^[A-Z][A-Za-z0-9-]+$"`],
    ['Members.Cluster', String.raw`suffix doesn't match "^[a-z][a-z0-9-]+(\\.[a-z][a-z0-9-]+)*$"`],
    ['Members.cluster..dev', String.raw`suffix doesn't match "^[a-z][a-z0-9-]+(\\.[a-z][a-z0-9-]+)*$"`],
    ['Member.cluster', 'name should be plural'],
  ])('refuses %j: %s', (type, reason) => {
    expect(() => typeNames(type)).toThrow(TypeNameError);
    expect(() => typeNames(type)).toThrow(expect.objectContaining({ reason }));
  });
});
