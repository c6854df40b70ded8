import { resolve } from 'node:path';
import type { Host, Owner, RpcService } from '@cosi-ts/core';
import type { RolesOf } from '@cosi-ts/controllers';
import { API_LISTEN } from '@cosi-ts/runtime';
import { CommandError } from '../io.ts';
import type { TlsOptions } from './tls-options.ts';
import { keepIdentity, readIdentity, type IdentityFiles } from './identity-files.ts';

/**
 * The files that a port needs.
 *
 * @throws CommandError (exit code 2) if one is missing: nobody shall listen in the open by mistake
 */
export function identityFiles(cwd: string, address: string, { tlsCa, tlsCert, tlsKey }: TlsOptions): IdentityFiles {
  if (!tlsCa || !tlsCert || !tlsKey) {
    throw new CommandError(
      `${address} needs --tls-ca, --tls-cert and --tls-key ("cosi gen certs" makes them); without, listen on a unix socket`,
      { exitCode: 2 },
    );
  }
  return { ca: resolve(cwd, tlsCa), certificate: resolve(cwd, tlsCert), key: resolve(cwd, tlsKey) };
}

/** Serves on a port to clients whose certificates say their roles. The files are read again when they change. */
export async function serveOnPort(
  host: Host,
  owner: Owner,
  address: string,
  files: IdentityFiles,
  services: (rolesOf: RolesOf) => readonly RpcService[],
): Promise<string> {
  const tls = await readIdentity(host.files, files);
  const listener = await host.rpc.listen({ address, tls }, services(rolesOfCertificate), API_LISTEN);
  keepIdentity(host, owner, files, (renewed) => listener.renew(renewed));
  return listener.address;
}

/** The roles of a caller are the organizations in its certificate. */
export const rolesOfCertificate: RolesOf = ({ organizations }) => organizations ?? [];
