import { isAbsolute, relative } from 'node:path';
import { Owner, ownedHost, realHost, withoutFraction, writeFileAtomically, millisOf, type Files } from '@cosi-ts/core';
import { asCommandError } from '../commands/failures.ts';
import { CommandError, type CommandIo } from '../io.ts';
import { nodeFailure, throwFailures, type NodeFailure } from '../nodes/node-failure.ts';
import type { NodeSelection } from '../nodes/node-options.ts';
import { nodeVersion } from '../process/node-version.ts';
import { Scrubber } from '../secrets/scrubber.ts';
import { tarGz, type ArchiveFile } from './archive.ts';
import { destination, ENDING } from './destination.ts';
import { nodeFiles } from './node-files.ts';
import { nodeSources, type NodeSource, type Sources } from './node-source.ts';
import { Progress } from './progress.ts';
import { newReport, type Report } from './report.ts';
import { contentsOf, type Contents } from './resource-files.ts';
import { safeName } from './safe-name.ts';
import { summaryText } from './summary.ts';

/** The options of `cosi support`, as they were given. */
export interface SupportOptions extends NodeSelection {
  readonly output?: string;
  readonly force?: boolean;
}

/** As shells have it for a program that a SIGINT ended. */
const INTERRUPTED = 130;

/**
 * Writes what there is to know of nodes into an archive, for somebody who shall help; without secrets.
 *
 * @throws CommandError if there is no node, the archive cannot be written, or something could not be had; it is written
 * in the last case.
 */
export async function support(io: CommandIo, options: SupportOptions): Promise<void> {
  const stopped = io.stopped();
  await using owner = new Owner('cosi support');
  const host = ownedHost(realHost(), owner);
  const time = host.clock.now();
  const progress = new Progress(io.err);
  try {
    const sources = await nodeSources(host, io, options);
    const root = rootOf(sources, withoutFraction(time));
    const path = await destination(host.files, io.cwd, root + ENDING, options);
    const reports = sources.nodes.map(({ name }) => newReport(name));
    const gathered = gather(host.files, sources, { reports, progress, stopped });
    const all = withSummary(gathered, () => summaryText(reports, { time, command: commandText(io) }));
    await writeFileAtomically(host.files, path, tarGz(within(root, all), new Date(millisOf(time))));
    progress.end();
    const shown = isAbsolute(options.output ?? '') ? path : relative(io.cwd, path);
    io.out.write(`${shown} written: secrets are replaced by REDACTED, still look at it before you hand it on\n`);
    throwFailures(
      io,
      reports.flatMap(({ failures }) => failures),
    );
  } catch (thrown) {
    progress.end();
    if (stopped.aborted) throw new CommandError('interrupted', { exitCode: INTERRUPTED });
    throw asCommandError(thrown);
  }
}

/** The name of the directory that everything in the archive is in. */
function rootOf({ nodes, name }: Sources, time: string): string {
  const [only, ...others] = nodes;
  const whose = only !== undefined && others.length === 0 ? only.name : name;
  // A colon would make a host of it for some programs.
  return `support-${safeName(whose.replaceAll(':', '-'))}-${time.replaceAll(/[-:]/g, '')}`;
}

interface Gathering {
  readonly reports: readonly Report[];
  readonly progress: Progress;
  readonly stopped: AbortSignal;
}

async function* gather(
  files: Files,
  { nodes, secrets }: Sources,
  { reports, progress, stopped }: Gathering,
): AsyncGenerator<ArchiveFile> {
  const scrubber = new Scrubber();
  for (const path of [...secrets, ...nodes.flatMap(ownSecrets)]) await learn(files, path, scrubber);
  // All at once: nodes that do not answer take their time.
  const contents = nodes.map((node) => askContents(node, stopped));
  for (const [index, node] of nodes.entries()) {
    const report = reports[index] ?? newReport(node.name);
    progress.show(`${node.name} (${index + 1} of ${nodes.length})`);
    const what = await contents[index];
    if (what === undefined) continue;
    for await (const file of nodeFiles(node, { files, scrubber, report, signal: stopped, contents: what })) {
      progress.show(`${node.name} (${index + 1} of ${nodes.length}): ${file.path}`);
      if (stopped.aborted) throw new CommandError('interrupted', { exitCode: INTERRUPTED });
      yield { path: `${safeName(node.name)}/${file.path}`, text: file.text };
    }
    const errors = report.failures.map(({ error }) => `${error}\n`).join('');
    if (errors !== '') yield { path: `${safeName(node.name)}/errors.txt`, text: errors };
  }
}

async function askContents({ api }: NodeSource, signal: AbortSignal): Promise<Contents | NodeFailure> {
  if ('error' in api) return api;
  try {
    return await contentsOf(api, signal);
  } catch (thrown) {
    return nodeFailure(api.name, thrown);
  }
}

/** Files in a node's directory that hold secrets, whose text must not be anywhere else. */
function ownSecrets({ directory }: NodeSource): readonly string[] {
  if (directory === undefined) return [];
  return ['config.yaml', 'kubespan-identity.yaml'].map((name) => `${directory}/${name}`);
}

async function learn(files: Files, path: string, scrubber: Scrubber): Promise<void> {
  // What cannot be read is told of where it is to be shown.
  const bytes = await files.read(path).catch(() => undefined);
  if (bytes !== undefined) scrubber.learn(new TextDecoder().decode(bytes));
}

async function* withSummary(files: AsyncIterable<ArchiveFile>, text: () => string): AsyncGenerator<ArchiveFile> {
  yield* files;
  yield { path: 'summary.txt', text: text() };
}

async function* within(root: string, files: AsyncIterable<ArchiveFile>): AsyncGenerator<ArchiveFile> {
  for await (const { path, text } of files) yield { path: `${root}/${path}`, text };
}

function commandText(io: CommandIo): string {
  const { os = '', arch = '', language = '' } = nodeVersion();
  return `cosi v${io.version()} (${language}, ${os}/${arch})`;
}
