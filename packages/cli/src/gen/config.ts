import { basename, dirname, resolve } from 'node:path';
import { EndpointError, normalizeEndpoint } from '@cosi-ts/controllers';
import { realHost, type Files, type Host } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import type { GenConfigOptions } from '../commands/gen-config.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { isDirectory } from '../process/is-directory.ts';
import { newAuthority } from '../tls/authority.ts';
import { bundledAuthority } from '../tls/secrets-bundle.ts';
import { OUTPUT_TYPES, configTexts, type ConfigSecrets, type OutputType } from './config-texts.ts';
import { identityIn, readBundle } from './read-bundle.ts';
import { newSecrets } from './secrets.ts';
import { writeFiles } from './write-files.ts';

/** Exit code for a command line that makes no sense. */
const USAGE = 2;

/** Writes machine configurations, and a client configuration for their cluster. */
export async function genConfig(
  io: CommandIo,
  name: string,
  endpoint: string | undefined,
  options: GenConfigOptions,
): Promise<void> {
  const host = realHost();
  const types = typesOf(options.outputTypes);
  if (options.output === '-' && types.length > 1) {
    throw usage('- takes one type: add --output-types controlplane, worker or talosconfig');
  }
  checkUrls(endpoint, options.serviceEndpoint);
  const secrets = await secretsOf(host, io, types, options);
  const texts = await texted(types, { ...options, clusterName: name, controlPlaneEndpoint: endpoint }, secrets);
  const [text = ''] = texts.values();
  if (options.output === '-') io.out.write(text);
  else await write(io, host.files, texts, options);
}

async function write(
  io: CommandIo,
  files: Files,
  texts: ReadonlyMap<string, string>,
  { output = '.', force = false }: GenConfigOptions,
): Promise<void> {
  const path = resolve(io.cwd, output);
  try {
    // One configuration may have any name; several have their own in a directory.
    const isFile = texts.size === 1 && !output.endsWith('/') && !(await isDirectory(files, path));
    const named = isFile ? new Map(Array.from(texts.values(), (text) => [basename(path), text])) : texts;
    const directory = isFile ? dirname(path) : path;
    await writeFiles(files, named, { directory, force, option: '--output' });
    io.out.write(`${[...named.keys()].join(', ')} written to ${isFile ? dirname(output) : output}\n`);
  } catch (thrown) {
    throw asCommandError(thrown);
  }
}

/** @throws CommandError for options that contradict each other */
async function texted(...given: Parameters<typeof configTexts>): Promise<ReadonlyMap<string, string>> {
  try {
    return await configTexts(...given);
  } catch (thrown) {
    if (thrown instanceof RangeError) throw usage(thrown.message);
    throw thrown;
  }
}

/** Those of the bundle, or new ones. */
async function secretsOf(
  host: Host,
  io: CommandIo,
  types: readonly OutputType[],
  { withSecrets, talosVersion }: GenConfigOptions,
): Promise<ConfigSecrets> {
  if (withSecrets === undefined) {
    return { ...newSecrets(host, talosVersion), authority: await newAuthority(host, 'talos') };
  }
  const bundle = await readBundle(host, io, withSecrets);
  const authority = bundledAuthority(host, bundle.text, withSecrets);
  if (authority === undefined && types.includes('talosconfig')) {
    throw new CommandError(
      `${withSecrets} has no certs.os, which signs a talosconfig: make a bundle with "cosi gen secrets", or add --output-types controlplane,worker`,
    );
  }
  return { ...identityIn(bundle), authority };
}

function typesOf(text: string): readonly OutputType[] {
  const names = text.split(',');
  const unknown = names.find((name) => !OUTPUT_TYPES.some((type) => type === name));
  if (unknown !== undefined) {
    throw usage(`--output-types takes controlplane, worker and talosconfig, not "${unknown}"`);
  }
  return OUTPUT_TYPES.filter((type) => names.includes(type));
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
