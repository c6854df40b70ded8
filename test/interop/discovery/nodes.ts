import { randomBytes } from 'node:crypto';
import { Owner, realHost } from '@cosi-ts/core';
import { DiscoveryClient } from '@cosi-ts/discovery';
import { expect, onTestFinished } from 'vitest';
import { startProcess } from '../../process.ts';
import { goProgram } from '../go-program.ts';
import { plainSeen, seenFromJson, seenToJson, type Publication, type Seen, type SeenJson } from './affiliates.ts';
import type { Authority } from './services.ts';

/** A node of a cluster, of either kind. */
export interface Node {
  readonly id: string;
  publish(what: Publication): void;
  /** Says goodbye, and goes on looking. */
  leave(): void;
  /** Ends without a word: what it published stays until its lifetime ends. */
  vanish(): Promise<void>;
  /** What it knows of the others, by id. */
  seen(): readonly Seen[];
  /** The address that the service says it has, in hexadecimal. */
  publicIp(): string;
}

export interface NodeOptions {
  readonly service: string;
  readonly cluster: Cluster;
  /** Milliseconds; a minute by default. */
  readonly ttl?: number;
  /** Who signed the service's certificate; plaintext without. */
  readonly authority?: Authority | undefined;
}

export interface Cluster {
  readonly id: string;
  readonly key: Uint8Array;
}

export type Join = (id: string, options: NodeOptions) => Promise<Node>;

export function newCluster(): Cluster {
  return { id: randomBytes(32).toString('base64'), key: randomBytes(32) };
}

/** Waits until a node knows these and no others; what it knows instead is the failure's message. */
export async function expectSeen(node: Node, ...expected: readonly Publication[]): Promise<void> {
  const wanted = expected.map(plainSeen).sort((a, b) => (a.affiliate.nodeId < b.affiliate.nodeId ? -1 : 1));
  await expect.poll(() => node.seen(), { timeout: 30_000, interval: 20 }).toEqual(wanted);
}

/** A node made of our client, in this process. */
export const joinTs: Join = (id, { service, cluster, ttl = 60_000, authority }) => {
  const owner = new Owner(id);
  onTestFinished(() => owner.close());
  const client = new DiscoveryClient({
    host: realHost(),
    owner,
    endpoint: service,
    insecure: authority === undefined,
    tls: authority && { ca: authority.pem },
    clusterId: cluster.id,
    affiliateId: id,
    key: cluster.key,
    ttl,
    clientVersion: 'v1.13.0',
  });
  return Promise.resolve({
    id,
    publish: ({ affiliate, endpoints, others }) => client.setLocalData(affiliate, endpoints, others),
    leave: () => void client.deleteLocal(),
    vanish: () => owner.close(),
    seen: () => client.affiliates.list().map(({ data, endpoints }) => plainSeen({ affiliate: data, endpoints })),
    publicIp: () => Buffer.from(client.publicIp ?? []).toString('hex'),
  });
};

/** A node made of the published client, in a process of its own. */
export const joinGo: Join = async (id, { service, cluster, ttl = 60_000, authority }) => {
  const process = startProcess(await goProgram('discovery'), [
    `-endpoint=${service}`,
    `-cluster=${cluster.id}`,
    `-affiliate=${id}`,
    `-key=${Buffer.from(cluster.key).toString('base64')}`,
    `-ttl=${ttl}ms`,
    ...(authority ? [`-ca=${authority.file}`] : []),
  ]);
  const order = (what: object): void => process.say(`${JSON.stringify(what)}\n`);
  const view = (): GoView | undefined => {
    const lines = process.out().split('\n');
    const last = lines.at(-2);
    return last === undefined ? undefined : (JSON.parse(last) as GoView);
  };
  return {
    id,
    publish: (what) => {
      const others = (what.others ?? []).map(({ affiliateId, endpoints }) => ({
        affiliateId,
        endpoints: seenToJson({ ...what, endpoints }).endpoints,
      }));
      order({ set: { ...seenToJson(what), others } });
    },
    leave: () => order({ delete: true }),
    vanish: async () => void (await process.end('SIGKILL')),
    seen: () => (view()?.affiliates ?? []).map(seenFromJson),
    publicIp: () => Buffer.from(view()?.publicIp ?? '', 'base64').toString('hex'),
  };
};

interface GoView {
  readonly publicIp: string;
  readonly affiliates: readonly SeenJson[];
}
