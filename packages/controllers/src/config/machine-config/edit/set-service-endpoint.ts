import type { Scalar } from 'yaml';
import { EndpointError, normalizeEndpoint } from '../endpoint.ts';
import { MachineConfigError } from '../problem.ts';
import { readDocuments } from '../yaml/documents.ts';
import { Section } from '../yaml/section.ts';
import { replaceScalar, splice } from './splice.ts';

/** Which endpoint to change, and whose file it is. */
export interface SetEndpointOptions {
  /** Change the endpoint only if it is this one, so that a file that names another service stays as it is. */
  readonly previous?: string;
  /** The name of the file, for problems. */
  readonly file?: string;
}

/**
 * Changes the endpoint of the discovery service in the text of a configuration, be the service switched on or off, and keeps
 * every other character. It is that of the legacy block, else that of the first document.
 *
 * @returns the text itself when there is nothing to change.
 * @throws MachineConfigError when the text is no YAML or holds no endpoint on a line of its own.
 * @throws EndpointError when the new endpoint is none.
 */
export function setServiceEndpoint(text: string, endpoint: string, options: SetEndpointOptions = {}): string {
  normalizeEndpoint(endpoint);
  // Anything else could need escapes, or end early, in some style of writing.
  if (!/^[\w:/.?=&%~[\]-]+$/.test(endpoint)) throw new EndpointError('endpoint must be a plain URL');
  const { previous, file = '' } = options;
  const { readable, problems, roots, entries } = readDocuments(text, file);
  if (!readable) throw new MachineConfigError(problems.list());
  const sections = roots.map(
    (root) => new Section({ readable, problems, roots, entries }, '', root.range?.[0] ?? 0, root),
  );
  const written = [...sections.map(legacyEndpoint), ...sections.map(documentEndpoint)].filter(
    (scalar) => scalar !== undefined,
  );
  const scalar = written.find((candidate) => previous === undefined || isSame(String(candidate.value), previous));
  if (!scalar && previous !== undefined) return text;
  const [start, end] = scalar?.range ?? [0, 0];
  if (!scalar || text.slice(start, end).includes('\n')) {
    problems.add(start, 'no endpoint of a discovery service is written here on a line of its own');
    throw new MachineConfigError(problems.list());
  }
  return String(scalar.value) === endpoint
    ? text
    : splice(text, [replaceScalar(text, scalar, inPlace(scalar, endpoint))]);
}

function legacyEndpoint(root: Section): Scalar | undefined {
  if (root.text('kind')) return undefined;
  const discovery = root.section('cluster')?.section('discovery');
  return discovery?.section('registries')?.section('service')?.scalar('endpoint');
}

function documentEndpoint(root: Section): Scalar | undefined {
  return root.text('kind')?.value === 'DiscoveryServiceConfig' ? root.scalar('endpoint') : undefined;
}

function isSame(url: string, previous: string): boolean {
  try {
    return normalizeEndpoint(url).endpoint === normalizeEndpoint(previous).endpoint;
  } catch (error) {
    if (error instanceof EndpointError) return false;
    throw error;
  }
}

/** Brackets of IPv6 would be those of a list where the value stands between braces. */
function inPlace(scalar: Scalar, endpoint: string): string {
  return scalar.type === 'PLAIN' && endpoint.includes('[') ? `"${endpoint}"` : endpoint;
}
