import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process_ from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { realHost, type RpcChannel } from '@cosi-ts/core';
import { typeRegistry, type Resource, type ResourceType } from '@cosi-ts/resources';
import { collection, eventsOf, remoteState, type State } from '@cosi-ts/runtime';
import { spawnProcess, type Running } from '../../process.ts';
import { meshConfig, type MeshConfig } from './config.ts';
import type { Lab, Machine } from './lab.ts';

const run = promisify(execFile);

const COSI = fileURLToPath(new URL('../../../packages/cli/bin/cosi.js', import.meta.url));

/** A node of the lab, which runs. */
export interface LabNode {
  readonly machine: Machine;
  readonly process: Running;
  readonly state: State;
  /** Writes its configuration anew. */
  configure(config: Partial<MeshConfig>): Promise<void>;
  cosi(...args: readonly string[]): Promise<string>;
}

/** The discovery service of a lab, and its nodes, with their directories. */
export class LabNodes {
  readonly #directory: string;
  readonly #processes: Running[] = [];
  readonly #channels: RpcChannel[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async make(lab: Lab): Promise<LabNodes> {
    const nodes = new LabNodes(await mkdtemp(join(tmpdir(), 'cosi-')));
    const flags = ['--gc-interval=100ms', '--landing-addr=', '--metrics-addr=', '--snapshots-enabled=false'];
    const service = nodes.#start(lab.middle, 'discovery', 'serve', '--addr=10.77.0.254:3000', ...flags);
    await service.until(/10\.77\.0\.254:3000/);
    return nodes;
  }

  /** Runs a node on a machine, and waits until it serves its API. */
  async start(machine: Machine, config: MeshConfig, ...flags: readonly string[]): Promise<LabNode> {
    const state = join(this.#directory, machine.name);
    const path = join(state, 'config.yaml');
    const configure = (change: Partial<MeshConfig>): Promise<void> =>
      writeFile(path, meshConfig({ ...config, ...change }), { mode: 0o600 });
    await mkdir(state, { recursive: true, mode: 0o700 });
    await configure({});
    const process = this.#start(machine, 'run', '--config', path, '--state', state, ...flags);
    await process.until(/the node runs/);
    const channel = realHost().rpc.connect({ address: `unix:${join(state, 'api.sock')}` });
    this.#channels.push(channel);
    return {
      machine,
      process,
      state: remoteState(channel, { types: typeRegistry() }),
      configure,
      cosi: async (...args) => (await run(process_.execPath, [COSI, ...args, '--state', state])).stdout,
    };
  }

  /** Ends all that still runs, in order. */
  async end(): Promise<void> {
    for (const channel of this.#channels) channel.close();
    for (const process of this.#processes.toReversed()) await process.end('SIGTERM');
    await rm(this.#directory, { recursive: true, force: true });
  }

  #start(machine: Machine, ...args: readonly string[]): Running {
    const [program, words] = machine.command(process_.execPath, COSI, ...args);
    const running = spawnProcess(program, words);
    this.#processes.push(running);
    return running;
  }
}

/** Waits until the resources of a kind are as they shall be, by what the node tells of its changes. */
export async function until<S>(
  { state }: LabNode,
  type: ResourceType<S>,
  isSo: (all: ReadonlyMap<string, S>) => boolean,
): Promise<ReadonlyMap<string, S>> {
  const all = new Map<string, S>();
  const watch = await state.watchKind(type, { bootstrapContents: true });
  for await (const event of eventsOf(watch)) {
    if (event.type === 'errored') throw event.error;
    if (event.type === 'destroyed') all.delete(event.resource.metadata.id);
    else if (event.type !== 'bootstrapped' && event.type !== 'noop')
      all.set(event.resource.metadata.id, (event.resource as Resource<S>).spec);
    if (isSo(all)) break;
  }
  return all;
}

export async function specsOf<S>({ state }: LabNode, type: ResourceType<S>): Promise<readonly S[]> {
  return (await collection(state, type).list()).map(({ spec }) => spec);
}
