import { parseIpAddress } from '@cosi-ts/resources';
import { CommandError } from '../io.ts';
import { failureLines } from './node-failure.ts';
import type { FoundNodes, RunningNode } from './running-nodes.ts';

/**
 * The nodes that `-n` names, in its order: each by its name, hostname or one of its addresses. All, if it names none.
 *
 * @param directory where they were looked for.
 * @throws CommandError if no node is running, or none is so named.
 */
export function selectNodes(found: FoundNodes, wanted: readonly string[], directory: string): readonly RunningNode[] {
  const selected = wanted.map((name) => select(found, name, directory));
  if (selected.length > 0) return [...new Set(selected)];
  if (found.running.length === 0 && found.failed.length === 0) throw nothingRuns(directory);
  return found.running;
}

function select(found: FoundNodes, wanted: string, directory: string): RunningNode {
  const { running, failed } = found;
  const address = parseIpAddress(wanted);
  const [matches = [] as RunningNode[]] = [
    running.filter(({ name }) => name === wanted),
    running.filter(({ hostname }) => hostname === wanted),
    running.filter(({ addresses }) => address !== undefined && addresses.includes(address)),
  ].filter(({ length }) => length > 0);
  const [match, ...others] = matches;
  if (match !== undefined && others.length === 0) return match;
  if (match !== undefined) {
    const names = matches.map(({ name }) => name).join(', ');
    throw new CommandError(`node ${JSON.stringify(wanted)} is ambiguous: use one of these names: ${names}`);
  }
  const [failure] = failureLines(failed.filter(({ node }) => node === wanted));
  if (failure !== undefined) throw new CommandError(failure);
  if (running.length === 0) throw nothingRuns(directory);
  const known = running.map(({ name, label }) => (name === label ? name : `${name} (${label})`)).join(', ');
  throw new CommandError(`node ${JSON.stringify(wanted)} is not running in ${directory}: running are ${known}`);
}

function nothingRuns(directory: string): CommandError {
  return new CommandError(
    `no node is running in ${directory}: start a cluster with "cosi up", or name another directory with --state`,
  );
}
