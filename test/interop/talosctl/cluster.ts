import { join } from 'node:path';
import { realHost } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { remoteState, type State } from '@cosi-ts/runtime';
import { onTestFinished } from 'vitest';
import { startCosi, startProcess, temporaryDirectory, type Ended, type Running } from '../../process.ts';
import { goProgram } from '../go-program.ts';

/** A cluster of three that serves `talosctl`. */
export interface Cluster {
  readonly directory: string;
  /** The addresses of its nodes, in order. */
  readonly nodes: readonly string[];
  /** The state of the first node, to an admin who may write to {@link OPEN}. */
  readonly state: State;
  talosctl(...args: readonly string[]): Promise<Ended>;
  startTalosctl(...args: readonly string[]): Running;
  /** The same with the configuration of somebody who may only read. */
  talosctlAsReader(...args: readonly string[]): Promise<Ended>;
  cosi(...args: readonly string[]): Promise<Ended>;
  startOwn(...args: readonly string[]): Running;
}

/** A namespace that admins may write to. */
export const OPEN = 'open';

/** Ends with the test. */
export async function startCluster(): Promise<Cluster> {
  const directory = await temporaryDirectory();
  const up = startCosi('up', '--state', directory, '--nodes', '3', '--workers', '1', '--tls', '--open-namespace', OPEN);
  await up.until(/all 3 nodes see each other/);
  const program = await talosctl();
  const startAs = (file: string, args: readonly string[]): Running =>
    startProcess(program, ['--talosconfig', join(directory, file), ...args]);
  const startOwn = (...args: readonly string[]): Running => startCosi(...args, '--state', directory);
  return {
    directory,
    nodes: ['172.20.0.2', '172.20.0.3', '172.20.0.5'],
    state: stateOf(join(directory, 'talos-default-controlplane-1', 'api.sock')),
    talosctl: (...args) => startAs('talosconfig', args).ended,
    startTalosctl: (...args) => startAs('talosconfig', args),
    talosctlAsReader: (...args) => startAs('talosconfig.reader', args).ended,
    cosi: (...args) => startOwn(...args).ended,
    startOwn,
  };
}

export function talosctl(): Promise<string> {
  return goProgram('talosctl', 'github.com/siderolabs/talos/cmd/talosctl');
}

function stateOf(socket: string): State {
  const channel = realHost().rpc.connect({ address: `unix:${socket}` });
  onTestFinished(() => channel.close());
  return remoteState(channel, { types: typeRegistry() });
}
