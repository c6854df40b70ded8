import 'reflect-metadata';
import { X509Certificate as Certificate, type KeyObject } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Host } from '@cosi-ts/core';
import { isIpAddress } from '@cosi-ts/resources';
import { cryptoKeys, keyPem, newKey, parseKey, signingAlgorithm } from './keys.ts';

/** A certificate and its private key, as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Who signs certificates. */
export interface Authority extends KeyPair {
  issue(request: CertificateRequest): Promise<KeyPair>;
}

export interface CertificateRequest {
  /** A server shows itself to clients, a client to servers; no certificate is for both. */
  readonly use: 'server' | 'client';
  /** Subject's organization, or several: for a client, its roles. */
  readonly organization?: string | readonly string[] | undefined;
  readonly commonName?: string | undefined;
  /** What a server is reached as: addresses and DNS names. */
  readonly names?: readonly string[] | undefined;
  /** Milliseconds from now that it is valid for. */
  readonly lifetime: number;
}

/** What certificates are made with. */
export type Issuing = Pick<Host, 'clock' | 'random'>;

const DAY = 24 * 60 * 60_000;

/** As Talos makes them. */
const AUTHORITY_LIFETIME = 3650 * DAY;
export const CERTIFICATE_LIFETIME = 365 * DAY;

/** Clocks differ: what is new is valid since a while. */
const BACKDATED = 60 * 60_000;

/** A new authority, with a new key. */
export async function newAuthority(issuing: Issuing, organization: string): Promise<Authority> {
  const key = newKey(issuing.random);
  const keys = cryptoKeys(key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...common(issuing, AUTHORITY_LIFETIME),
    name: [{ O: [organization] }],
    keys,
    signingAlgorithm: signingAlgorithm(key),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(issuing, certificate, key);
}

/** An authority that was made before. @throws Error if the texts are no certificate and its key */
export function loadAuthority(issuing: Issuing, { certificate, key }: KeyPair): Authority {
  const issuerKey = parseKey(key);
  if (!new Certificate(certificate).checkPrivateKey(issuerKey))
    throw new Error('the key is not that of the certificate');
  return authorityOf(issuing, new X509Certificate(certificate), issuerKey);
}

function authorityOf(issuing: Issuing, issuer: X509Certificate, issuerKey: KeyObject): Authority {
  const { privateKey: signingKey } = cryptoKeys(issuerKey);
  return {
    certificate: pemOf(issuer),
    key: keyPem(issuerKey),
    async issue({ use, organization, commonName, names = [], lifetime }) {
      const key = newKey(issuing.random);
      const { publicKey } = cryptoKeys(key);
      const certificate = await X509CertificateGenerator.create({
        ...common(issuing, lifetime),
        subject: [
          ...[organization ?? []].flat().map((name) => ({ O: [name] })),
          ...(commonName === undefined ? [] : [{ CN: [commonName] }]),
        ],
        issuer: issuer.subject,
        publicKey,
        signingKey,
        signingAlgorithm: signingAlgorithm(issuerKey),
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new ExtendedKeyUsageExtension([use === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth]),
          await AuthorityKeyIdentifierExtension.create(issuer),
          ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map(alternativeName))]),
        ],
      });
      return { certificate: pemOf(certificate), key: keyPem(key) };
    },
  };
}

function common({ clock, random }: Issuing, lifetime: number) {
  const now = clock.millis();
  // Positive, and never with a leading zero.
  const serial = Buffer.from(random.bytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return {
    serialNumber: serial.toString('hex'),
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + lifetime),
  };
}

function alternativeName(name: string) {
  return { type: isIpAddress(name) ? ('ip' as const) : ('dns' as const), value: name };
}

function pemOf(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
