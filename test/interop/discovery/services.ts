import 'reflect-metadata';
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeAddress, startCosi, startProcess, temporaryDirectory, type Running } from '../../process.ts';
import { goProgram } from '../go-program.ts';

/** A discovery service in a process of its own. */
export interface Service {
  readonly address: string;
  /** Ends it as an operator would; it keeps its state. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Chosen by itself by default. */
  readonly address?: string;
  /** Where the state is kept; nowhere by default. */
  readonly snapshot?: string;
  readonly redirect?: string;
  /** Plaintext without. */
  readonly certificate?: Certificate | undefined;
}

export interface Certificate {
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly authority: Authority;
}

/** Whose certificates are trusted: in PEM, and the file it is in. */
export interface Authority {
  readonly pem: string;
  readonly file: string;
}

export type StartService = (options?: ServiceOptions) => Promise<Service>;

/** Ours. */
export const startOurs: StartService = async (options = {}) => {
  const service = startCosi(
    'discovery',
    'serve',
    ...flags({ address: '127.0.0.1:0', ...options }),
    '--rate-limit=0',
    '--log-level=info',
  );
  await service.until(/listens address=\S+/);
  const address = /listens address=(\S+)/.exec(service.err())?.[1] ?? '';
  return { address, stop: () => stop(service) };
};

/** The published one. */
export const startTheirs: StartService = async (options = {}) => {
  const address = options.address ?? (await freeAddress());
  const program = await goProgram('discovery', 'github.com/siderolabs/discovery-service/cmd/discovery-service');
  const service = startProcess(program, flags({ ...options, address }));
  await service.until(/API server starting/);
  return { address, stop: () => stop(service) };
};

/** A certificate for this machine, which nobody signed but itself. */
export async function certificate(): Promise<Certificate> {
  const directory = await temporaryDirectory();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issued = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=service',
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  const pem = issued.toString('pem');
  const [certificatePath, keyPath] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  await writeFile(certificatePath, pem);
  await writeFile(keyPath, key, { mode: 0o600 });
  return { certificatePath, keyPath, authority: { pem, file: certificatePath } };
}

/** Both take the same. */
function flags({ address, snapshot, redirect, certificate }: ServiceOptions): string[] {
  return [
    `--addr=${address}`,
    '--landing-addr=',
    '--metrics-addr=',
    '--gc-interval=100ms',
    `--snapshots-enabled=${snapshot !== undefined}`,
    ...(snapshot === undefined ? [] : [`--snapshot-path=${snapshot}`]),
    ...(redirect === undefined ? [] : [`--redirect-endpoint=${redirect}`]),
    ...(certificate ? [`--certificate-path=${certificate.certificatePath}`, `--key-path=${certificate.keyPath}`] : []),
  ];
}

async function stop(service: Running): Promise<void> {
  const { code, err } = await service.end('SIGTERM');
  if (code !== 0) throw new Error(`the service ended with ${code}:\n${err}`);
}
