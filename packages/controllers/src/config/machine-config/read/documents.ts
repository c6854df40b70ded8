import { messageOf } from '@cosi-ts/core';
import { parseIpPort, type IpPort } from '@cosi-ts/resources';
import { EndpointError, normalizeEndpoint } from '../endpoint.ts';
import type { DiscoveryIdentity, DiscoveryService, KubespanSettings } from '../machine-config.ts';
import type { Problems } from '../problem.ts';
import { secretFault } from '../secret.ts';
import type { Section } from '../yaml/section.ts';
import { readKubespan } from './kubespan.ts';

/** A document of a kind known here: what it says, as far as it can be used, and the offset of its kind. */
export interface Document {
  readonly kind: DocumentKind;
  readonly at: number;
  /** Its name; empty for a kind that has none. */
  readonly name: string;
  readonly service?: DiscoveryService | undefined;
  readonly identity?: DiscoveryIdentity;
  readonly kubespan?: KubespanSettings;
  readonly extraEndpoints?: readonly IpPort[];
}

export type DocumentKind = keyof typeof READERS;

/** The kinds of documents that are read here. */
export function isDocumentKind(kind: string): kind is DocumentKind {
  return Object.hasOwn(READERS, kind);
}

/** Names the kinds that are read here. */
export function documentKinds(): readonly string[] {
  return Object.keys(READERS);
}

/** Reads a document of a known kind and reports what is wrong with it alone. */
export function readDocument(kind: DocumentKind, section: Section, problems: Problems): Document {
  const at = section.offset('kind');
  section.text('kind');
  const version = section.text('apiVersion');
  if (version?.value !== 'v1alpha1') problems.add(version?.at ?? at, `apiVersion of ${kind} must be v1alpha1`);
  const document = { kind, at, name: '', ...READERS[kind](section, problems) };
  section.refuseUnknown();
  return document;
}

type Content = Omit<Document, 'kind' | 'at' | 'name'> & { readonly name?: string };

const READERS = {
  DiscoveryServiceConfig(section: Section, problems: Problems): Content {
    const name = section.text('name')?.value ?? '';
    const url = section.text('endpoint')?.value ?? '';
    if (name === '') problems.add(section.offset('name'), 'name is required');
    return { name, service: readService(name, url, section.offset('endpoint'), problems) };
  },

  DiscoveryIdentityConfig(section: Section, problems: Problems): Content {
    const clusterId = section.text('clusterID')?.value ?? '';
    const clusterSecret = section.text('clusterSecret')?.value ?? '';
    problems.hide(clusterSecret);
    if (clusterId === '') problems.add(section.offset('clusterID'), 'clusterID is required');
    const fault = clusterSecret === '' ? undefined : secretFault(clusterSecret);
    if (clusterSecret === '') problems.add(section.offset('clusterSecret'), 'clusterSecret is required');
    if (fault !== undefined) problems.add(section.offset('clusterSecret'), `invalid clusterSecret: ${fault}`);
    return { identity: Object.freeze({ clusterId, clusterSecret }) };
  },

  KubeSpanConfig(section: Section, problems: Problems): Content {
    return { kubespan: readKubespan(section, 'document', problems) };
  },

  KubeSpanEndpointsConfig(section: Section, problems: Problems): Content {
    const endpoints = section.texts('extraAnnouncedEndpoints') ?? [];
    const extraEndpoints = endpoints.flatMap(({ value, at }) => {
      const endpoint = parseIpPort(value);
      if (endpoint) return [endpoint];
      problems.add(at, `extra announced endpoint is not valid: ${JSON.stringify(value)}`);
      return [];
    });
    return { extraEndpoints };
  },
};

function readService(name: string, url: string, at: number, problems: Problems): DiscoveryService | undefined {
  try {
    if (url !== '') return Object.freeze({ name, url, ...normalizeEndpoint(url) });
    problems.add(at, 'endpoint is required');
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    problems.add(at, messageOf(error));
  }
  return undefined;
}
