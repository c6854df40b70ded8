import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Why the tests cannot be made here; undefined if they can. */
export function whyNoLab(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return 'there is no /dev/net/tun';
  }
  for (const program of ['ip', 'nft', 'wireguard-go', 'ping']) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `there is no program ${program}`;
    }
  }
  try {
    const probe = `cosi-lab-${process.pid}`;
    execFileSync('ip', ['netns', 'add', probe], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'delete', probe], { stdio: 'ignore' });
  } catch {
    return 'network namespaces cannot be made';
  }
  return undefined;
}

/** A machine of the lab: a network namespace. */
export interface Machine {
  readonly name: string;
  /** Where it is in the network that all share. */
  readonly address: string;
  /** Runs a program on it, to its end. */
  exec(program: string, ...args: readonly string[]): Promise<string>;
  /** The names of the programs that run on it. */
  names(): Promise<readonly string[]>;
  /** The same program and arguments, to be started by somebody else. */
  command(program: string, ...args: readonly string[]): readonly [string, readonly string[]];
}

/** Machines that a switch connects, which is a machine too. Nothing of them touches the network of the host. */
export class Lab {
  readonly #prefix: string;
  readonly #machines: Machine[] = [];
  readonly #sockets: string;

  private constructor(prefix: string, sockets: string) {
    this.#prefix = prefix;
    this.#sockets = sockets;
  }

  /** A lab whose switch is the machine at `10.77.0.254`. */
  static async make(): Promise<Lab> {
    await sweep();
    const lab = new Lab(`cosi-${process.pid}-`, await mkdtemp(join(tmpdir(), 'cosi-lab-')));
    const middle = await lab.#add('switch', '10.77.0.254');
    await middle.exec('ip', 'link', 'add', 'br0', 'type', 'bridge');
    await middle.exec('ip', 'address', 'add', '10.77.0.254/24', 'dev', 'br0');
    await middle.exec('ip', 'link', 'set', 'br0', 'up');
    return lab;
  }

  get middle(): Machine {
    return this.#machines[0] as Machine;
  }

  /** A machine on the switch. All that it does not know where to send goes there, and no further. */
  async machine(name: string, address: string): Promise<Machine> {
    const machine = await this.#add(name, address);
    const [inside, outside] = ['eth0', `to-${name}`];
    await run('ip', [
      'link',
      'add',
      outside,
      'netns',
      this.#prefix + 'switch',
      'type',
      'veth',
      'peer',
      'name',
      inside,
      'netns',
      this.#prefix + name,
    ]);
    await this.middle.exec('ip', 'link', 'set', outside, 'master', 'br0', 'up');
    await machine.exec('ip', 'address', 'add', `${address}/24`, 'dev', inside);
    await machine.exec('ip', 'link', 'set', inside, 'up');
    await machine.exec('ip', 'route', 'add', 'default', 'via', '10.77.0.254');
    return machine;
  }

  /** Gives a machine a link that leads nowhere, with an address. */
  async spareLink(machine: Machine, name: string, address: string): Promise<void> {
    await machine.exec('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}-end`);
    await machine.exec('ip', 'address', 'add', address, 'dev', name);
    await machine.exec('ip', 'link', 'set', name, 'up');
    await machine.exec('ip', 'link', 'set', `${name}-end`, 'up');
  }

  /** Kills what runs under a name on a machine. */
  async kill(machine: Machine, program: string): Promise<void> {
    for (const [pid, name] of await this.#processes(machine.name)) if (name === program) killQuietly(pid);
  }

  /** Ends everything that runs on the machines, and removes them. */
  async remove(): Promise<void> {
    for (const { name } of this.#machines.toReversed()) await removeNamespace(this.#prefix + name);
    this.#machines.length = 0;
    await rm(this.#sockets, { recursive: true, force: true });
  }

  #processes(name: string): Promise<readonly (readonly [number, string])[]> {
    return processesIn(this.#prefix + name);
  }

  async #add(name: string, address: string): Promise<Machine> {
    const namespace = this.#prefix + name;
    await run('ip', ['netns', 'add', namespace]);
    const command: Machine['command'] = (program, ...args) => [
      'ip',
      ['netns', 'exec', namespace, 'sh', '-c', OWN_RUN, join(this.#sockets, name), program, ...args],
    ];
    const machine: Machine = {
      name,
      address,
      command,
      names: async () => (await this.#processes(name)).map(([, program]) => program),
      exec: async (program, ...args) => (await run('ip', ['netns', 'exec', namespace, program, ...args])).stdout,
    };
    this.#machines.push(machine);
    await machine.exec('ip', 'link', 'set', 'lo', 'up');
    return machine;
  }
}

/** A machine has its sockets of WireGuard devices for itself, in a directory of the lab. */
const OWN_RUN = 'mkdir -p "$0" /run/wireguard && mount --bind "$0" /run/wireguard && exec "$@"';

/** Removes labs whose tests were killed. */
async function sweep(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list']);
  for (const [name, pid] of stdout.matchAll(/^cosi-(\d+)-\w+/gm)) {
    if (!existsSync(`/proc/${pid}`)) await removeNamespace(name);
  }
}

async function removeNamespace(namespace: string): Promise<void> {
  for (const [pid] of await processesIn(namespace)) killQuietly(pid);
  await run('ip', ['netns', 'delete', namespace]);
}

async function processesIn(namespace: string): Promise<readonly (readonly [number, string])[]> {
  const { stdout } = await run('ip', ['netns', 'pids', namespace]);
  const pids = stdout.split('\n').filter((line) => line !== '');
  const comm = (pid: string): Promise<string> => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return Promise.all(pids.map(async (pid) => [Number(pid), (await comm(pid)).trim()] as const));
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
