import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One connection through a proxy: the two sockets that it keeps apart. */
interface Pair {
  readonly client: Socket;
  readonly service: Socket;
}

/**
 * A TCP proxy between a real client and a real service that does to connections what networks do. Nothing of it waits
 * for time: what is held back goes on when the test says so.
 */
export async function tcpProxy(target: string) {
  const { hostname, port } = new URL(`http://${target}`);
  const pairs = new Set<Pair>();
  let mode: 'pass' | 'stall' | 'refuse' = 'pass';
  let accepted = 0;
  let onAccept: (() => void) | undefined;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1;
    if (mode === 'refuse') {
      client.destroy();
      onAccept?.();
      return;
    }
    const service = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    const pair = { client, service };
    pairs.add(pair);
    pass(client, service);
    pass(service, client);
    for (const socket of [client, service]) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        pairs.delete(pair);
        client.destroy();
        service.destroy();
      });
    }
    if (mode === 'stall') hold(pair);
    onAccept?.();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const { client } of pairs) client.destroy();
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many connections came. */
    get accepted() {
      return accepted;
    },
    get open() {
      return pairs.size;
    },
    /** Resolves at the next connection. */
    nextAccept: () => new Promise<void>((resolve) => (onAccept = resolve)),
    /** Ends all connections at once, as a router that forgot them does. */
    cut() {
      for (const { client, service } of pairs) {
        client.resetAndDestroy();
        service.resetAndDestroy();
      }
    },
    /** From now on takes no connection. */
    refuse() {
      mode = 'refuse';
    },
    /** Nothing passes any more, in either direction, on old connections and new ones, and nobody is told. */
    stall() {
      mode = 'stall';
      pairs.forEach(hold);
    },
    /** From now on new connections pass. */
    pass() {
      mode = 'pass';
    },
    /** What was held back passes, late. */
    resume() {
      mode = 'pass';
      for (const { client, service } of pairs) {
        client.resume();
        service.resume();
      }
    },
    /** Ends one direction: what the service says no more reaches the client, or the other way round. */
    halfClose(towards: 'client' | 'service') {
      for (const pair of pairs) pair[towards].end();
    },
  };
}

function hold({ client, service }: Pair): void {
  client.pause();
  service.pause();
}

function pass(from: Socket, to: Socket): void {
  from.on('data', (bytes: Buffer) => {
    if (!to.writableEnded && !to.write(bytes)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('end', () => to.end());
}
