import { Option } from 'commander';

/** The files of a port's TLS, as they were given. */
export interface TlsOptions {
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** The options that give them. */
export const TLS_OPTIONS: readonly Option[] = [
  new Option('--tls-ca <file>', "of whom the clients' certificates must be, in PEM"),
  new Option('--tls-cert <file>', 'certificate of the server, in PEM'),
  new Option('--tls-key <file>', 'its key, in PEM'),
];
