import type { Problems } from './problem.ts';
import type { Document } from './read/documents.ts';
import type { V1Alpha1 } from './read/v1alpha1.ts';
import type { ParsedMachineConfig } from './machine-config.ts';
import { shownName } from './yaml/names.ts';

/** Reports what is wrong between the parts of a configuration: parts that exclude, repeat or need each other. */
export function checkRules(
  config: ParsedMachineConfig,
  v1alpha1: V1Alpha1 | undefined,
  documents: readonly Document[],
  problems: Problems,
): void {
  checkUnique(documents, problems);
  const { machine, cluster } = v1alpha1 ?? {};
  const conflicts = {
    DiscoveryServiceConfig:
      cluster?.discovery && 'discovery service is already configured in .cluster.discovery of the v1alpha1 config',
    DiscoveryIdentityConfig:
      cluster?.identity &&
      'cluster identity is already configured in .cluster.id/.cluster.secret of the v1alpha1 config',
    KubeSpanConfig: machine?.kubespan && 'kubespan is already configured in v1alpha1 machine.network.kubespan',
    KubeSpanEndpointsConfig: undefined,
  };
  for (const { kind, at } of documents) {
    const conflict = conflicts[kind];
    if (conflict !== undefined) problems.add(at, conflict);
  }
  checkNeeds(config, v1alpha1, documents, problems);
}

function checkUnique(documents: readonly Document[], problems: Problems): void {
  const seen = new Map<string, number>();
  for (const { kind, name, at } of documents) {
    // Endpoints of several documents add up.
    if (kind === 'KubeSpanEndpointsConfig') continue;
    const id = `${kind}/${name}`;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, at);
    else
      problems.add(
        at,
        `${kind}${name === '' ? '' : ` ${shownName(name)}`} is given twice, first in line ${problems.line(first)}`,
      );
  }
}

function checkNeeds(
  config: ParsedMachineConfig,
  v1alpha1: V1Alpha1 | undefined,
  documents: readonly Document[],
  problems: Problems,
): void {
  const service = documents.find(({ kind }) => kind === 'DiscoveryServiceConfig');
  const legacyOn = v1alpha1?.cluster?.discovery?.serviceEnabled ?? false;
  // The legacy block has said so itself.
  if (service && !legacyOn) {
    const needs = 'should be set when cluster discovery (DiscoveryServiceConfig) is enabled';
    const { clusterId, clusterSecret } = config.discoveryIdentity ?? { clusterId: '', clusterSecret: '' };
    if (clusterId === '') problems.add(service.at, `cluster ID (.cluster.id or DiscoveryIdentityConfig) ${needs}`);
    if (clusterSecret === '')
      problems.add(service.at, `cluster secret (.cluster.secret or DiscoveryIdentityConfig) ${needs}`);
  }
  const document = documents.find(({ kind }) => kind === 'KubeSpanConfig');
  // The legacy block asks, as it always did, for discovery itself: an operator may switch one registry off in it.
  const discovers = Boolean(service) || legacyOn || (!document && (v1alpha1?.cluster?.discovery?.enabled ?? false));
  if (config.kubespan?.enabled && !discovers) {
    problems.add(
      document?.at ?? v1alpha1?.machine?.kubespan?.at ?? 0,
      'KubeSpan requires cluster discovery to be enabled',
    );
  }
}
