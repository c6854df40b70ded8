import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { goProgram } from '../../../interop/go-programs.ts';
import { usageOf, type Usage } from './usage.ts';

/**
 * Who is measured: our service, the published one, a server of the same library that does nothing, and the plainest
 * service on that library or on Node's HTTP/2 alone.
 */
export type Contestant = 'ours' | 'reference' | 'empty' | Floor;

export type Floor = 'grpc-js' | 'http2';

/** A service in a process of its own. */
export interface ServiceUnderTest extends AsyncDisposable {
  readonly address: string;
  usage(): Usage;
  /** The 99th percentile of the event loop's delay since the last question, in milliseconds; undefined for others. */
  loopDelay(): Promise<number | undefined>;
}

const COSI = path.join(import.meta.dirname, '../../../../packages/cli/bin/cosi.js');
const EMPTY = path.join(import.meta.dirname, 'empty-service.ts');
const PLAIN = path.join(import.meta.dirname, 'plain-service.ts');
/** The memory that \`cosi discovery serve\` gives itself. */
const LEAN = '--max-semi-space-size=16';

export async function startService(contestant: Contestant): Promise<ServiceUnderTest> {
  const address = await freeAddress();
  const metrics = await freeAddress();
  const child = await launch(contestant, address, metrics);
  await answering(child, address);
  const pid = child.pid as number;
  return {
    address,
    usage: () => usageOf(pid),
    loopDelay: async () => (contestant === 'reference' || contestant === 'empty' ? undefined : loopDelayAt(metrics)),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}

async function launch(contestant: Contestant, address: string, metrics: string): Promise<ChildProcess> {
  // As they come, but for snapshots and the addresses of callers, which the driver makes up.
  const flags = [`--addr=${address}`, `--metrics-addr=${metrics}`, '--landing-addr=', '--snapshots-enabled=false'];
  const options: SpawnOptions = { stdio: 'ignore' };
  // To profile, or to try what memory settings do.
  const node = process.env['BENCH_NODE_FLAGS']?.split(' ').filter((flag) => flag !== '') ?? [];
  if (contestant === 'empty') {
    return spawn(process.execPath, [LEAN, ...node, '--no-warnings', EMPTY, address], options);
  }
  if (contestant === 'grpc-js' || contestant === 'http2') {
    const plain = [LEAN, ...node, '--no-warnings', PLAIN, address, metrics, contestant];
    return spawn(process.execPath, plain, options);
  }
  if (contestant === 'ours') {
    const ours = [...node, COSI, 'discovery', 'serve', ...flags, '--trust-x-real-ip=true'];
    return spawn(process.execPath, ours, options);
  }
  const program = await goProgram('discovery', 'github.com/siderolabs/discovery-service/cmd/discovery-service');
  return spawn(program, flags, options);
}

async function loopDelayAt(address: string): Promise<number> {
  const page = await (await fetch(`http://${address}/metrics`)).text();
  const seconds = /^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(page)?.[1];
  return Number(seconds) * 1000;
}

/** Tries until somebody accepts: no service says so in a way that all share. */
async function answering(child: ChildProcess, address: string): Promise<void> {
  const { hostname, port } = new URL(`http://${address}`);
  while (!(await accepts(hostname, Number(port)))) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `127.0.0.1:${port}`;
}
