import { join } from 'node:path';
import { RpcError, type Files } from '@cosi-ts/core';
import { askDependencies, askVersion, type ToldVersion } from '@cosi-ts/runtime';
import { impatient } from '../nodes/connect.ts';
import type { NodeFailure } from '../nodes/node-failure.ts';
import type { RunningNode } from '../nodes/running-nodes.ts';
import { NODE_LOG } from '../log/node-log.ts';
import { dotGraph } from '../output/graph/dot.ts';
import { treeGraph } from '../output/graph/tree.ts';
import type { Scrubber } from '../secrets/scrubber.ts';
import type { ArchiveFile } from './archive.ts';
import type { NodeSource } from './node-source.ts';
import { failed, type Report } from './report.ts';
import { resourceFiles, type Contents } from './resource-files.ts';

/** Milliseconds. */
const PATIENCE = 10_000;

export interface NodeFilesOptions {
  readonly files: Files;
  readonly scrubber: Scrubber;
  /** Is told what there is and what there is not. */
  readonly report: Report;
  readonly signal: AbortSignal;
  /** What the node may have, or why it cannot tell. */
  readonly contents: Contents | NodeFailure;
}

/** Everything of a node: what it tells itself, then what lies in its directory. */
export async function* nodeFiles(source: NodeSource, options: NodeFilesOptions): AsyncGenerator<ArchiveFile> {
  const { contents, report, signal } = options;
  const { api, directory } = source;
  if ('error' in api) report.failures.push(api);
  else if ('error' in contents) report.failures.push(contents);
  else {
    try {
      yield* resourceFiles(api, contents, options);
      yield* graphFiles(api, report, signal);
      yield* versionFile(api, report, signal);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      failed(report, 'resources', thrown);
    }
  }
  if (directory === undefined)
    report.notes.push(`${NODE_LOG} and config.yaml: they are had where the node's directory is`);
  else yield* directoryFiles(directory, options);
}

async function* graphFiles(node: RunningNode, report: Report, signal: AbortSignal): AsyncGenerator<ArchiveFile> {
  const channel = impatient(node.channel, PATIENCE, signal);
  const edges = await orNote(report, 'the graph of controllers', askDependencies(channel, { metadata: node.metadata }));
  if (edges === undefined) return;
  report.has.add('graph');
  yield { path: 'dependencies.txt', text: treeGraph({ edges, resources: undefined }) };
  yield { path: 'dependencies.dot', text: dotGraph({ edges, resources: undefined }) };
}

async function* versionFile(node: RunningNode, report: Report, signal: AbortSignal): AsyncGenerator<ArchiveFile> {
  const channel = impatient(node.channel, PATIENCE, signal);
  const version = await orNote(report, 'the version', askVersion(channel, { metadata: node.metadata }));
  if (version !== undefined) yield { path: 'version.txt', text: versionText(version) };
}

function versionText({ tag, sha, built, language, os, arch }: ToldVersion): string {
  const rows = { tag, sha, built, language, os, arch };
  return Object.entries(rows)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** A server may not have it at all. */
async function orNote<T>(report: Report, what: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (!(thrown instanceof RpcError && /^(UNIMPLEMENTED|PERMISSION_DENIED)$/.test(thrown.status))) throw thrown;
    report.notes.push(`${what}: the node does not tell it`);
    return undefined;
  }
}

async function* directoryFiles(
  directory: string,
  { files, scrubber, report }: NodeFilesOptions,
): AsyncGenerator<ArchiveFile> {
  const config = await readText(files, directory, 'config.yaml', report);
  if (config !== undefined) {
    report.has.add('config');
    yield { path: 'config.yaml', text: scrubber.yaml(config) };
  }
  for (const name of [NODE_LOG, `${NODE_LOG}.1`]) {
    const log = await readText(files, directory, name, report);
    if (log === undefined) continue;
    report.has.add('log');
    yield { path: name, text: scrubber.text(log) };
  }
}

async function readText(files: Files, directory: string, name: string, report: Report): Promise<string | undefined> {
  try {
    const bytes = await files.read(join(directory, name));
    return bytes && new TextDecoder().decode(bytes);
  } catch (thrown) {
    failed(report, name, thrown);
    return undefined;
  }
}
