import { Owner, ownedHost, realHost } from '@cosi-ts/core';
import { askVersion, type ToldVersion } from '@cosi-ts/runtime';
import { CommandError, type CommandIo } from '../io.ts';
import { nodeVersion } from '../process/node-version.ts';
import { askedNodes } from './asked-nodes.ts';
import { nodeFailure, throwFailures } from './node-failure.ts';
import type { NodeSelection } from './node-options.ts';
import { asksRemotely } from './remote-nodes.ts';

/** The options of `cosi version`, as they were given. */
export interface VersionOptions extends NodeSelection {
  readonly client?: boolean;
}

/**
 * Prints the version of this command, and those of the nodes that are asked, as talosctl does. That no node runs is no
 * error for who did not ask for one.
 *
 * @throws CommandError if a node does not answer.
 */
export async function printVersions(io: CommandIo, options: VersionOptions): Promise<void> {
  const { language = '', os = '', arch = '' } = nodeVersion();
  io.out.write(`Client:\n${lines({ tag: `v${io.version()}`, sha: '', built: '', language, os, arch })}`);
  if (options.client === true) return;
  await using owner = new Owner('cosi version');
  const host = ownedHost(realHost(), owner);
  const isAsked = asksRemotely(io, options) || options.state !== undefined || options.nodes !== undefined;
  const { nodes, failures } = await askedNodes(host, io, options).catch((thrown: unknown) => {
    if (isAsked || !(thrown instanceof CommandError)) throw thrown;
    return { nodes: [], failures: [] };
  });
  if (nodes.length > 0) io.out.write('Server:\n');
  const answers = nodes.map((node) =>
    askVersion(node.channel, { metadata: node.metadata }).catch((thrown: unknown) => nodeFailure(node.label, thrown)),
  );
  const failed = [...failures];
  for (const [index, { label }] of nodes.entries()) {
    const answer = await answers[index];
    if (answer === undefined) continue;
    if ('error' in answer) failed.push(answer);
    else io.out.write(`\tNODE:        ${label}\n${lines(answer)}\tEnabled:     ${answer.hasRoles ? 'RBAC' : ''}\n`);
  }
  throwFailures(io, failed);
}

function lines({ tag, sha, built, language, os, arch }: Omit<ToldVersion, 'hasRoles' | 'platform'>): string {
  return [
    `\tTag:         ${tag}\n`,
    `\tSHA:         ${sha}\n`,
    `\tBuilt:       ${built}\n`,
    `\tGo version:  ${language}\n`,
    `\tOS/Arch:     ${os}/${arch}\n`,
  ].join('');
}
