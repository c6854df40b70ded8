import { spawn, type ChildProcess } from 'node:child_process';
import { sleep, type Logger, type Timers } from '@cosi-ts/core';
import type { WireguardChange, WireguardDevice } from '../network-driver.ts';
import { lastWords } from '../text/last-words.ts';
import { UAPI_GET, checkUapiAnswer, formatUapiChange, parseUapiDevice } from '../text/uapi.ts';
import { programEnvironment } from './run-program.ts';
import { askUapi } from './uapi-socket.ts';

/** Milliseconds that a device has to come up, and to go. */
const PATIENCE = 5000;
const PAUSE = 20;

/** WireGuard devices that are processes: `wireguard-go`, spoken to through their sockets. */
export class UserSpaceDevices {
  readonly #timers: Timers;
  readonly #log: Logger;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #listeners = new Set<(name: string) => void>();

  constructor(timers: Timers, log: Logger) {
    this.#timers = timers;
    this.#log = log;
  }

  onEnd(ended: (name: string) => void): () => void {
    this.#listeners.add(ended);
    return () => void this.#listeners.delete(ended);
  }

  /** Starts one; resolves when it can be spoken to. */
  async create(name: string): Promise<void> {
    // In the foreground, since otherwise nobody knows which process it is; in a group of its own, so that an interrupt
    // from the terminal reaches us alone and we end it in order.
    const child = spawn('wireguard-go', ['-f', name], {
      env: programEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-1000);
      this.#log.debug('wireguard-go says', { link: name, text: text.trim() });
    });
    const ended = new Promise<string>((resolve) => {
      child.on('error', (thrown) => resolve(thrown.message));
      child.on('close', (code, signal) => resolve(lastWords(said) ?? `ended with ${code ?? signal}`));
    });
    this.#processes.set(name, child);
    void ended.then((reason) => this.#gone(name, child, reason));
    const failed = ended.then((reason) => Promise.reject(new Error(`wireguard-go does not run: ${reason}`)));
    await Promise.race([this.#answers(name), failed]);
    failed.catch(() => undefined);
  }

  /** Ends the process of a device, if it is ours. */
  async remove(name: string): Promise<void> {
    const child = this.#processes.get(name);
    if (child === undefined) return;
    this.#processes.delete(name);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const late = this.#timers.after(PATIENCE, () => child.kill('SIGKILL'), { background: true });
    child.kill('SIGTERM');
    await ended;
    late.cancel();
  }

  async read(name: string): Promise<WireguardDevice | undefined> {
    try {
      return parseUapiDevice(await askUapi(name, UAPI_GET));
    } catch (thrown) {
      if (isNobodyThere(thrown)) return undefined;
      throw thrown;
    }
  }

  async configure(name: string, change: WireguardChange): Promise<void> {
    checkUapiAnswer(await askUapi(name, formatUapiChange(change)));
  }

  async #answers(name: string): Promise<void> {
    for (let waited = 0; (await this.read(name).catch(() => undefined)) === undefined; waited += PAUSE) {
      if (waited > PATIENCE) throw new Error(`wireguard-go does not listen on the socket of ${name}`);
      await sleep(this.#timers, PAUSE);
    }
  }

  #gone(name: string, child: ChildProcess, reason: string): void {
    if (this.#processes.get(name) !== child) return;
    this.#processes.delete(name);
    this.#log.warn('the WireGuard device ended', { link: name, reason });
    for (const ended of this.#listeners) ended(name);
  }
}

function isNobodyThere(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ECONNREFUSED');
}
