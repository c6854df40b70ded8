import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  clusterIdFrom,
  clusterSecretFrom,
  generateNodeConfig,
  kubeconfigAccess,
  startNode,
  type Node,
} from '@cosi-ts/controllers';
import { Owner, realHost, type LogFields, type Logger } from '@cosi-ts/core';
import { Affiliate, RegistryStatus, ipPrefixOf, type RegistryStatusSpec, type Resource } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { onTestFinished, vi } from 'vitest';
import { temporaryDirectory } from '../../process.ts';

export interface NodeOptions {
  readonly name: string;
  readonly kubeconfig: string;
  /** The directory of an earlier life. */
  readonly directory?: string;
  /** Whether the Kubernetes registry is on, as it is unless somebody says otherwise. */
  readonly isOn?: boolean;
  readonly kubespan?: boolean;
}

/** A node in this process. Ends with the test. */
export interface TestNode {
  readonly node: Node;
  readonly owner: Owner;
  readonly directory: string;
  /** What it logged: `level message`, with its fields. */
  readonly log: readonly { readonly line: string; readonly fields: LogFields }[];
  configure(options: {
    readonly isOn: boolean;
    readonly name?: string;
    readonly addresses?: readonly string[];
  }): Promise<void>;
  /** The ids of what the registry tells. */
  raw(): Promise<readonly string[]>;
  status(id: string): Promise<RegistryStatusSpec | undefined>;
}

export async function startTestNode(options: NodeOptions): Promise<TestNode> {
  const directory = options.directory ?? (await temporaryDirectory());
  const config = join(directory, 'config.yaml');
  await writeFile(config, configOf(options));
  const log: { line: string; fields: LogFields }[] = [];
  const host = realHost({ log: loggerInto(log, {}) });
  const owner = new Owner(options.name);
  onTestFinished(() => owner.close());
  const node = await startNode({
    host,
    owner,
    directory,
    os: { name: 'Talos', version: 'v1.3.0' },
    kubernetes: kubeconfigAccess(host.files, options.kubeconfig),
  });
  return {
    node,
    owner,
    directory,
    log,
    configure: (changed) => writeFile(config, configOf({ ...options, ...changed })),
    raw: async () => (await node.state.list(Affiliate.in('cluster-raw'))).map(({ metadata }: Resource) => metadata.id),
    status: async (id) => (await collection(node.state, RegistryStatus).find(id))?.spec,
  };
}

/** Waits for what `look` expects to hold. */
export function eventually(look: () => Promise<void>, timeout = 30_000): Promise<void> {
  return vi.waitFor(look, { timeout, interval: 50 });
}

function configOf({
  name,
  isOn = true,
  kubespan = false,
  addresses = ['172.20.0.2/24'],
}: Omit<NodeOptions, 'kubeconfig'> & { readonly addresses?: readonly string[] }): string {
  const text = generateNodeConfig({
    type: 'worker',
    hostname: name,
    interface: 'eth0',
    addresses: addresses.map(ipPrefixOf),
    hardwareAddr: '8e:13:71:af:7c:94',
    clusterName: 'talos-default',
    clusterId: clusterIdFrom(new Uint8Array(32).fill(1)),
    clusterSecret: clusterSecretFrom(new Uint8Array(32).fill(2)),
    kubespan,
  });
  // The service registry off, the other one as wanted.
  return text
    .replace('service:\n                disabled: false', 'service:\n                disabled: true')
    .replace('kubernetes:\n                disabled: true', `kubernetes:\n                disabled: ${!isOn}`);
}

function loggerInto(log: { line: string; fields: LogFields }[], bound: LogFields): Logger {
  const at =
    (level: string) =>
    (line: string, fields: LogFields = {}) =>
      void log.push({ line: `${level} ${line}`, fields: { ...bound, ...fields } });
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerInto(log, { ...bound, ...fields }),
  };
}
