import { basename, dirname, resolve } from 'node:path';
import { EndpointError, generateNodeConfig, normalizeEndpoint } from '@cosi-ts/controllers';
import { realHost, type Host } from '@cosi-ts/core';
import { parseSecrets, type ClusterSecrets } from '../cluster/secrets.ts';
import { asCommandError } from '../commands/failures.ts';
import type { GenConfigOptions } from '../commands/gen-config.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { newSecrets } from './secrets.ts';
import { writeFiles } from './write-files.ts';

const TYPES = ['controlplane', 'worker'] as const;
type NodeType = (typeof TYPES)[number];

/** Exit code for a command line that makes no sense. */
const USAGE = 2;

/** Writes machine configurations. */
export async function genConfig(
  io: CommandIo,
  name: string,
  endpoint: string | undefined,
  options: GenConfigOptions,
): Promise<void> {
  const host = realHost();
  const types = typesOf(options.outputTypes);
  checkUrls(endpoint, options.serviceEndpoint);
  const secrets = await secretsOf(host, io, options);
  const texts = new Map(types.map((type) => [`${type}.yaml`, textOf(type, name, endpoint, secrets, options)]));
  const [text = ''] = texts.values();
  if (options.output === '-') {
    if (types.length > 1) throw usage('- takes one type: add --output-types controlplane, or worker');
    io.out.write(text);
    return;
  }
  await write(io, host, texts, options);
}

async function write(
  io: CommandIo,
  host: Host,
  texts: ReadonlyMap<string, string>,
  { output = '.', force = false }: GenConfigOptions,
): Promise<void> {
  const path = resolve(io.cwd, output);
  // One configuration may have any name; several have their own in a directory.
  const isFile = texts.size === 1 && /\.ya?ml$/.test(output);
  const named = isFile ? new Map(Array.from(texts.values(), (text) => [basename(path), text])) : texts;
  const directory = isFile ? dirname(path) : path;
  try {
    await writeFiles(host.files, named, { directory, force, option: '--output' });
  } catch (thrown) {
    throw asCommandError(thrown);
  }
  io.out.write(`${[...named.keys()].join(', ')} written to ${isFile ? dirname(output) : output}\n`);
}

function textOf(
  type: NodeType,
  clusterName: string,
  controlPlaneEndpoint: string | undefined,
  { id: clusterId, secret: clusterSecret }: ClusterSecrets,
  { serviceEndpoint, talosVersion, withKubespan: kubespan, withClusterDiscovery: discovery }: GenConfigOptions,
): string {
  try {
    return generateNodeConfig({
      type,
      clusterName,
      clusterId,
      clusterSecret,
      ...(controlPlaneEndpoint !== undefined && { controlPlaneEndpoint }),
      ...(serviceEndpoint !== undefined && { serviceEndpoint }),
      kubespan,
      discovery,
      talosVersion,
    });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw usage(thrown.message);
    throw thrown;
  }
}

async function secretsOf(host: Host, io: CommandIo, options: GenConfigOptions): Promise<ClusterSecrets> {
  const { withSecrets, talosVersion } = options;
  if (withSecrets === undefined) return newSecrets(host, talosVersion);
  const bytes = await host.files.read(resolve(io.cwd, withSecrets)).catch((thrown: unknown) => {
    throw asCommandError(thrown);
  });
  if (bytes === undefined) throw new CommandError(`there is no file ${withSecrets}: make one with "cosi gen secrets"`);
  const secrets = parseSecrets(new TextDecoder().decode(bytes));
  if (secrets === undefined) throw new CommandError(`${withSecrets} has no cluster.id and cluster.secret`);
  return secrets;
}

function typesOf(text: string): readonly NodeType[] {
  const names = text.split(',');
  const unknown = names.find((name) => !TYPES.some((type) => type === name));
  if (unknown !== undefined) throw usage(`--output-types takes controlplane and worker, not "${unknown}"`);
  return TYPES.filter((type) => names.includes(type));
}

function checkUrls(...urls: readonly (string | undefined)[]): void {
  for (const url of urls) {
    try {
      if (url !== undefined) normalizeEndpoint(url);
    } catch (thrown) {
      if (thrown instanceof EndpointError) throw usage(`${url}: ${thrown.message}`);
      throw thrown;
    }
  }
}

function usage(message: string): CommandError {
  return new CommandError(message, { exitCode: USAGE });
}
