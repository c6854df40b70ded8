import { isMap } from 'yaml';
import type { IpPort } from '@cosi-ts/resources';
import type { ParsedMachineConfig } from './machine-config.ts';
import { MachineConfigError, type ConfigProblem } from './problem.ts';
import { documentKinds, isDocumentKind, readDocument, type Document } from './read/documents.ts';
import { readV1Alpha1, type V1Alpha1 } from './read/v1alpha1.ts';
import { checkRules } from './rules.ts';
import { readDocuments, type YamlDocuments } from './yaml/documents.ts';
import { isPlainName, nearestName } from './yaml/names.ts';
import { Section, type Ignored } from './yaml/section.ts';

/** How a machine configuration is read. */
export interface ParseOptions {
  /** The name of the file, for problems; none by default. */
  readonly file?: string;
}

/** A machine configuration with all that is wrong with it. */
export interface CheckedConfig {
  /** What could be read; undefined when the text is not YAML. It is to be used only when there are no problems. */
  readonly config: ParsedMachineConfig | undefined;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Reads a machine configuration: YAML of one or several documents, in Talos' legacy form, its newer one, or both.
 *
 * @throws MachineConfigError with all problems when there are any; nothing else, whatever the text.
 */
export function parseMachineConfig(text: string, options?: ParseOptions): ParsedMachineConfig {
  const { config, problems } = checkMachineConfig(text, options);
  if (config === undefined || problems.length > 0) throw new MachineConfigError(problems);
  return config;
}

/** As {@link parseMachineConfig}, but for those who want the problems and what could be read besides. */
export function checkMachineConfig(text: string, { file = '' }: ParseOptions = {}): CheckedConfig {
  const yaml = readDocuments(text, file);
  const { problems } = yaml;
  if (!yaml.readable) return { config: undefined, problems: problems.list() };
  const { v1alpha1, documents, ignored } = readAll(yaml);
  const config = assemble(text, v1alpha1, documents, describeIgnored(ignored, yaml));
  checkRules(config, v1alpha1, documents, problems);
  return { config, problems: problems.list() };
}

interface Contents {
  readonly v1alpha1: V1Alpha1 | undefined;
  readonly documents: readonly Document[];
  readonly ignored: readonly Ignored[];
}

function readAll(yaml: YamlDocuments): Contents {
  const { problems } = yaml;
  const documents: Document[] = [];
  const [lenient, ignored]: [Section[], Ignored[]] = [[], []];
  let first: { readonly v1alpha1: V1Alpha1; readonly at: number } | undefined;
  for (const root of yaml.roots) {
    const at = root.range?.[0] ?? 0;
    const kind = isMap(root) ? new Section(yaml, '', at, root).text('kind') : undefined;
    if (!isMap(root)) {
      problems.add(at, 'a document of a machine configuration must be a mapping');
    } else if (kind === undefined && first !== undefined) {
      problems.add(at, `a second document without a kind, first in line ${problems.line(first.at)}`);
    } else if (kind === undefined) {
      first = { v1alpha1: readV1Alpha1(new Section(yaml, '', at, root), lenient, problems), at };
    } else if (isDocumentKind(kind.value)) {
      documents.push(readDocument(kind.value, new Section(yaml, kind.value, at, root), problems));
    } else {
      ignored.push({ name: describeKind(kind.value), at: kind.at });
    }
  }
  return {
    v1alpha1: first?.v1alpha1,
    documents,
    ignored: [...lenient.flatMap((section) => section.ignored()), ...ignored],
  };
}

function assemble(
  text: string,
  v1alpha1: V1Alpha1 | undefined,
  documents: readonly Document[],
  warning: ConfigProblem | undefined,
): ParsedMachineConfig {
  const { machine, cluster } = v1alpha1 ?? {};
  const legacy = cluster?.discovery?.service;
  const services = legacy ? [legacy] : documents.flatMap(({ service }) => service ?? []);
  return Object.freeze({
    text,
    hasV1Alpha1: v1alpha1 !== undefined,
    hasMachine: machine !== undefined,
    hasCluster: cluster !== undefined,
    machineType: machine?.type ?? 'unknown',
    hostname: machine?.hostname ?? '',
    interfaces: machine?.interfaces ?? Object.freeze([]),
    nodeAddressSortAlgorithm: machine?.nodeAddressSortAlgorithm ?? 'v1',
    registerWithFqdn: machine?.registerWithFqdn ?? false,
    skipNodeRegistration: machine?.skipNodeRegistration ?? false,
    authority: machine?.authority,
    clusterName: cluster?.name ?? '',
    controlPlaneEndpoint: cluster?.controlPlaneEndpoint ?? '',
    localApiServerPort: cluster?.localApiServerPort,
    podSubnets: cluster?.podSubnets ?? Object.freeze([]),
    serviceSubnets: cluster?.serviceSubnets ?? Object.freeze([]),
    discoveryServices: Object.freeze(services),
    discoveryIdentity: cluster?.identity ?? documents.find(({ identity }) => identity)?.identity,
    kubernetesRegistryEnabled: cluster?.discovery?.kubernetesRegistryEnabled ?? false,
    kubespan: documents.find(({ kubespan }) => kubespan)?.kubespan ?? machine?.kubespan?.value,
    extraEndpoints: Object.freeze([...new Set<IpPort>(documents.flatMap(({ extraEndpoints = [] }) => extraEndpoints))]),
    warning,
  });
}

/** So many names are told. */
const MOST_IGNORED = 30;

function describeIgnored(ignored: readonly Ignored[], { problems }: YamlDocuments): ConfigProblem | undefined {
  const names = [...new Set(ignored.map(({ name }) => name))];
  const [first] = ignored.toSorted((a, b) => a.at - b.at);
  if (!first) return undefined;
  const rest = names.length > MOST_IGNORED ? ` and ${names.length - MOST_IGNORED} more` : '';
  return problems.describe(first.at, `not used here and ignored: ${names.slice(0, MOST_IGNORED).join(', ')}${rest}`);
}

function describeKind(kind: string): string {
  if (!isPlainName(kind)) return 'a kind that is no plain word';
  const nearest = nearestName(kind, documentKinds());
  const meant =
    nearest !== undefined && Math.abs(nearest.length - kind.length) <= 2 ? ` (did you mean ${nearest}?)` : '';
  return `kind ${kind}${meant}`;
}
