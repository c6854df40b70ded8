import { filterIpAddresses, parseIpPrefix, type IpPrefix } from '@cosi-ts/resources';
import type { KubespanSettings } from '../machine-config.ts';
import type { Problems } from '../problem.ts';
import type { Field, Section } from '../yaml/section.ts';

/** The MTU of the KubeSpan link where the configuration gives none. */
const DEFAULT_MTU = 1420;
/** IPv6 does not work over links with less. */
const LEAST_MTU = 1280;
const MOST_MTU = 2 ** 32 - 1;

/** The settings of KubeSpan, which have the same keys in both forms. Reports what is wrong with them. */
export function readKubespan(section: Section, form: 'legacy' | 'document', problems: Problems): KubespanSettings {
  const filters = section.section('filters');
  const endpoints = filters?.texts('endpoints');
  for (const filter of endpoints ?? []) checkFilter(filter, problems);
  const settings = {
    enabled: section.boolean('enabled')?.value ?? false,
    advertiseKubernetesNetworks: section.boolean('advertiseKubernetesNetworks')?.value ?? false,
    forceRouting: !(section.boolean('allowDownPeerBypass')?.value ?? false),
    harvestExtraEndpoints: section.boolean('harvestExtraEndpoints')?.value ?? false,
    mtu: readMtu(section, form, problems),
    endpointFilters: endpoints && Object.freeze(endpoints.map(({ value }) => value)),
    excludeAdvertisedNetworks: readNetworks(filters?.texts('excludeAdvertisedNetworks') ?? [], problems),
  };
  filters?.refuseUnknown();
  section.refuseUnknown();
  return Object.freeze(settings);
}

function readMtu(section: Section, form: 'legacy' | 'document', problems: Problems): number {
  const mtu = section.integer('mtu', MOST_MTU);
  // The legacy form cannot tell zero from nothing.
  if (!mtu || (form === 'legacy' && mtu.value === 0)) return DEFAULT_MTU;
  if (mtu.value < LEAST_MTU) problems.add(mtu.at, `kubespan link MTU must be at least ${LEAST_MTU}`);
  return mtu.value;
}

function checkFilter({ value, at }: Field<string>, problems: Problems): void {
  const rule = value.startsWith('!') ? value.slice(1) : value;
  try {
    filterIpAddresses([], [rule]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.add(at, `KubeSpan endpoint filter is not valid: ${JSON.stringify(rule)}`);
  }
}

function readNetworks(networks: readonly Field<string>[], problems: Problems): readonly IpPrefix[] {
  const read = networks.flatMap(({ value, at }) => {
    const prefix = parseIpPrefix(value);
    if (prefix) return [prefix];
    problems.add(at, `KubeSpan exclude advertised networks filter is not valid: ${JSON.stringify(value)}`);
    return [];
  });
  return Object.freeze(read);
}
