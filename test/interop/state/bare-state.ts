import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { realHost, type RpcListener } from '@cosi-ts/core';
import { typeRegistry } from '@cosi-ts/resources';
import { EncodeCache, MemoryState, stateService, type State } from '@cosi-ts/runtime';
import { onTestFinished } from 'vitest';
import { temporaryDirectory } from '../../process.ts';

/** A state server in this process that programs in Go can use, stop and start. */
export interface BareState {
  /** What Go calls the target, to be stopped and started. */
  readonly target: string;
  /** The same state, by a listener that is never stopped. */
  readonly backstage: string;
  /** Where orders are taken: POST /stop, /start, /empty. */
  readonly control: string;
  /** What it serves, until it is emptied. */
  readonly state: State;
}

export async function startBareState(): Promise<BareState> {
  const directory = await temporaryDirectory();
  const host = realHost();
  const types = typeRegistry();
  const encodings = new EncodeCache();
  const addresses = {
    stage: `unix:${join(directory, 'stage.sock')}`,
    backstage: `unix:${join(directory, 'back.sock')}`,
  };
  const listeners = new Map<string, RpcListener>();
  let state = new MemoryState({ clock: host.clock, random: host.random, types });

  const listen = async (name: keyof typeof addresses): Promise<void> => {
    const service = stateService(state, { types, encodings, pace: host.pace });
    listeners.set(name, await host.rpc.listen({ address: addresses[name] }, [service]));
  };
  const stop = async (name: keyof typeof addresses): Promise<void> => {
    await listeners.get(name)?.close();
    listeners.delete(name);
  };
  const orders: Readonly<Record<string, () => Promise<void>>> = {
    '/stop': () => stop('stage'),
    '/start': () => listen('stage'),
    /** As after a crash: what was is gone. */
    '/empty': async () => {
      await Promise.all([stop('stage'), stop('backstage')]);
      state = new MemoryState({ clock: host.clock, random: host.random, types });
      await Promise.all([listen('stage'), listen('backstage')]);
    },
  };
  await orders['/empty']?.();
  onTestFinished(async () => {
    await Promise.all([stop('stage'), stop('backstage')]);
  });
  return { target: addresses.stage, backstage: addresses.backstage, control: await takeOrders(orders), state };
}

/** Where a POST to the path of an order is answered when the order has been carried out. */
export async function takeOrders(orders: Readonly<Record<string, () => Promise<void>>>): Promise<string> {
  const server = createServer((request, response) => {
    const carryOut = orders[request.url ?? ''] ?? (() => Promise.reject(new Error(`no such order: ${request.url}`)));
    carryOut().then(
      () => response.end(),
      (thrown: unknown) => response.writeHead(500).end(String(thrown)),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
