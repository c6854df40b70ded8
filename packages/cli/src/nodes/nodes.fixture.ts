import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realHost, timestampFromInstant, type RpcListener } from '@cosi-ts/core';
import {
  builtinTypes,
  definitionOf,
  HostnameStatus,
  ipPrefixOf,
  Member,
  Namespace,
  NodeAddress,
  typeRegistry,
  type Resource,
} from '@cosi-ts/resources';
import {
  EncodeCache,
  MemoryState,
  inspectService,
  machineService,
  stateService,
  traceService,
  type DependencyEdge,
} from '@cosi-ts/runtime';
import { onTestFinished } from 'vitest';
import type { CommandIo, TextSink } from '../io.ts';
import { run } from '../program.ts';

const host = realHost();
/** 2022-10-12T12:00:00Z */
const time = timestampFromInstant({ seconds: 1_665_576_000, nanos: 0 });
const types = typeRegistry();
const encodings = new EncodeCache();
/** What the nodes say of their controllers. */
const graph: readonly DependencyEdge[] = [
  { controller: 'a.Controller', kind: 'exclusive', namespace: '', type: Member.type, id: undefined },
  { controller: 'a.Controller', kind: 'weak', namespace: 'network', type: HostnameStatus.type, id: 'hostname' },
];

/** A directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cosi-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export interface FixtureNode {
  readonly state: MemoryState;
  readonly listener: RpcListener;
}

/** What a node is started with; its name is that of its directory. */
export interface FixtureOptions {
  /** Its routed addresses, with prefix lengths; none: it has not told of them yet. */
  readonly addresses?: readonly string[];
  /** Its current ones. */
  readonly current?: readonly string[];
  readonly hostname?: string;
  readonly resources?: readonly Resource[];
}

/** A node that serves its state on a socket in its directory, as nodes do; the clock stands still. */
export async function startNode(directory: string, options: FixtureOptions = {}): Promise<FixtureNode> {
  const { addresses, current, hostname, resources = [] } = options;
  await mkdir(directory, { recursive: true });
  const state = new MemoryState({ clock: { ...host.clock, now: () => time }, random: host.random, types });
  const contents: readonly Resource[] = [
    ...builtinTypes.map(definitionOf),
    ...['cluster', 'cluster-raw', 'config', 'kubespan', 'meta', 'network'].map((name) =>
      Namespace.create(name, { description: '' }),
    ),
    ...nodeAddress('routed', addresses),
    ...nodeAddress('current', current),
    ...(hostname === undefined ? [] : [HostnameStatus.create('hostname', { hostname, domainname: '' })]),
    ...resources,
  ];
  for (const resource of contents) await state.create(resource, { owner: resource.metadata.owner });
  const service = stateService(state, { types, encodings, pace: host.pace });
  const listener = await host.rpc.listen({ address: `unix:${join(directory, 'api.sock')}` }, [
    service,
    traceService(state),
    machineService({ tag: 'v1.2.3', os: 'linux', arch: 'amd64', language: 'node' }),
    inspectService(() => graph),
  ]);
  onTestFinished(() => listener.close(0));
  return { state, listener };
}

function nodeAddress(id: string, addresses: readonly string[] | undefined): readonly Resource[] {
  if (addresses === undefined) return [];
  return [NodeAddress.create(id, { addresses: addresses.map(ipPrefixOf), sortAlgorithm: 'v1' })];
}

/** A command that runs, and what it has printed so far. */
export interface RunningCommand {
  readonly out: string;
  readonly err: string;
  readonly exitCode: Promise<number>;
  /** As Ctrl-C. */
  stop(): void;
  /** Resolves once so many lines have been printed, on either stream. */
  lines(count: number): Promise<void>;
}

/** Starts a command line in this process. */
export function start(argv: readonly string[], given: Partial<CommandIo> = {}): RunningCommand {
  const stopping = new AbortController();
  const waiting = new Set<() => void>();
  const written = { out: '', err: '' };
  const sink = (name: keyof typeof written): TextSink => ({
    isTerminal: false,
    columns: undefined,
    write(text) {
      written[name] += text;
      for (const look of waiting) look();
    },
  });
  const io: CommandIo = {
    out: sink('out'),
    err: sink('err'),
    env: {},
    cwd: '/',
    version: () => '0.0.0',
    stopped: () => stopping.signal,
    ...given,
  };
  const exitCode = run(argv, io);
  return {
    get out() {
      return written.out;
    },
    get err() {
      return written.err;
    },
    exitCode,
    stop: () => stopping.abort(),
    lines: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((written.out + written.err).split('\n').length > count) resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Runs a command line to its end. */
export async function finish(
  argv: readonly string[],
  given: Partial<CommandIo> = {},
): Promise<{ readonly exitCode: number; readonly out: string; readonly err: string }> {
  const command = start(argv, given);
  const exitCode = await command.exitCode;
  return { exitCode, out: command.out, err: command.err };
}
