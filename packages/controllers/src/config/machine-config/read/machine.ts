import {
  parseIpAddress,
  parseIpPrefix,
  singleIpPrefix,
  type AddressSortAlgorithm,
  type IpPrefix,
} from '@cosi-ts/resources';
import { formatHardwareAddress, parseHardwareAddress } from '../../../identity/hardware-address.ts';
import type {
  ConfiguredAuthority,
  ConfiguredInterface,
  ConfiguredMachineType,
  KubespanSettings,
} from '../machine-config.ts';
import type { Problems } from '../problem.ts';
import type { Field, Section } from '../yaml/section.ts';
import { readKubespan } from './kubespan.ts';

/** What the `machine` section of a v1alpha1 document says. */
export interface MachineSection {
  readonly type: ConfiguredMachineType;
  readonly hostname: string;
  readonly interfaces: readonly ConfiguredInterface[];
  readonly nodeAddressSortAlgorithm: AddressSortAlgorithm;
  readonly registerWithFqdn: boolean;
  readonly skipNodeRegistration: boolean;
  readonly kubespan: Field<KubespanSettings> | undefined;
  readonly authority: ConfiguredAuthority | undefined;
}

/** Reads a `machine` section. What is not read is added to `lenient`, to be named as ignored. */
export function readMachine(machine: Section, lenient: Section[], problems: Problems): MachineSection {
  const [network, kubelet, features, ca] = [
    machine.section('network'),
    machine.section('kubelet'),
    machine.section('features'),
    machine.section('ca'),
  ];
  const kubespan = network?.section('kubespan');
  const interfaces = network?.sections('interfaces') ?? [];
  const sections = [machine, network, kubelet, features, ca, ...interfaces];
  lenient.push(...sections.filter((section) => section !== undefined));
  return {
    type: readType(machine.text('type'), problems),
    hostname: network?.text('hostname')?.value ?? '',
    interfaces: Object.freeze(interfaces.map((section) => readInterface(section, problems))),
    nodeAddressSortAlgorithm: readAlgorithm(features?.text('nodeAddressSortAlgorithm'), problems),
    registerWithFqdn: kubelet?.boolean('registerWithFQDN')?.value ?? false,
    skipNodeRegistration: kubelet?.boolean('skipNodeRegistration')?.value ?? false,
    kubespan: kubespan && { value: readKubespan(kubespan, 'legacy', problems), at: kubespan.at },
    authority: ca && readAuthority(ca),
  };
}

const MACHINE_TYPES = new Map<string, ConfiguredMachineType>([
  ['', 'worker'],
  ['unknown', 'unknown'],
  ['init', 'init'],
  ['controlplane', 'controlplane'],
  ['worker', 'worker'],
  ['join', 'worker'],
]);

function readType(type: Field<string> | undefined, problems: Problems): ConfiguredMachineType {
  const known = MACHINE_TYPES.get(type?.value ?? '');
  if (!known && type) problems.add(type.at, 'machine.type must be controlplane or worker');
  return known ?? 'unknown';
}

/** What is in it is for those who issue certificates to judge: a node does without. */
function readAuthority(ca: Section): ConfiguredAuthority {
  return Object.freeze({ crt: ca.text('crt')?.value ?? '', key: ca.text('key')?.value ?? '' });
}

function readAlgorithm(algorithm: Field<string> | undefined, problems: Problems): AddressSortAlgorithm {
  if (!algorithm || algorithm.value === '' || algorithm.value === 'v1') return 'v1';
  if (algorithm.value !== 'v2')
    problems.add(algorithm.at, 'machine.features.nodeAddressSortAlgorithm must be v1 or v2');
  return 'v2';
}

function readInterface(section: Section, problems: Problems): ConfiguredInterface {
  const hardware = section.text('hardwareAddr');
  const hardwareAddr = hardware && parseHardwareAddress(hardware.value);
  if (hardware && !hardwareAddr)
    problems.add(hardware.at, `${section.path}.hardwareAddr must be like 8e:13:71:af:7c:94`);
  const name = section.text('interface')?.value ?? '';
  const addresses = section.texts('addresses') ?? [];
  return Object.freeze({
    name,
    addresses: Object.freeze(addresses.flatMap((address) => readAddress(address, section.path, problems) ?? [])),
    hardwareAddr: hardwareAddr && formatHardwareAddress(hardwareAddr),
  });
}

function readAddress({ value, at }: Field<string>, path: string, problems: Problems): IpPrefix | undefined {
  const prefix = value.includes('/')
    ? parseIpPrefix(value)
    : singleIpPrefix(parseIpAddress(value) ?? parseIpAddress('')!);
  if (prefix) return prefix;
  problems.add(at, `${path}.addresses must be addresses like 172.20.0.2/16, not ${JSON.stringify(value)}`);
  return undefined;
}
