import { resolve } from 'node:path';
import { Owner, aborted, messageOf, ownedHost, realHost, type Host, type RpcService } from '@cosi-ts/core';
import type { RolesOf } from '@cosi-ts/controllers';
import { typeRegistry } from '@cosi-ts/resources';
import { API_LISTEN, EncodeCache, MemoryState, apiAccess, apiServices, stateService } from '@cosi-ts/runtime';
import { asCommandError } from '../commands/failures.ts';
import type { StateServeOptions } from '../commands/state-serve.ts';
import type { CommandIo } from '../io.ts';
import { textLogger } from '../log/text-logger.ts';
import { identityFiles, serveOnPort } from '../tls/serve-on-port.ts';

/** Serves a state until the command is told to stop. */
export async function serveState(io: CommandIo, options: StateServeOptions): Promise<void> {
  const stopped = io.stopped();
  const owner = new Owner('state');
  const host = ownedHost(realHost({ log: textLogger(io.err, 'info') }), owner);
  try {
    const socket = /^unix:(.+)$/.exec(options.listen)?.[1];
    const address = socket
      ? await serveOnSocket(host, resolve(io.cwd, socket))
      : await serveOnPort(host, owner, options.listen, identityFiles(io.cwd, options.listen, options), (rolesOf) =>
          services(host, rolesOf),
        );
    host.log.info('the state is served', { address });
    await aborted(stopped);
  } catch (thrown) {
    throw asCommandError(thrown);
  } finally {
    await owner.close().catch((thrown: unknown) => {
      host.log.error('not everything ended cleanly', { error: messageOf(thrown) });
    });
  }
}

/** Whoever can open the socket is an admin. */
async function serveOnSocket(host: Host, path: string): Promise<string> {
  const served = services(host, () => ['os:admin']);
  return (await host.rpc.listen({ address: `unix:${path}` }, served, API_LISTEN)).address;
}

/** Specs pass through as they were written; what is known of types only says which are sensitive. */
function services(host: Host, rolesOf: RolesOf): readonly RpcService[] {
  const untyped = { find: () => undefined };
  const types = typeRegistry();
  const state = new MemoryState({ clock: host.clock, random: host.random, pace: host.pace, types: untyped });
  const access = apiAccess(
    { type: (name) => types.find(name), hasNamespace: () => true, openNamespaces: 'all' },
    rolesOf,
  );
  const service = stateService(state, { types: untyped, encodings: new EncodeCache(), pace: host.pace, access });
  return apiServices([service], { rolesOf });
}
