import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  cryptoProvider,
} from '@peculiar/x509';

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** Who vouches for a cluster: its server, and whoever speaks to it. */
export interface Authority {
  /** Its own certificate, in PEM. */
  readonly certificate: string;
  server(address: string): Promise<Identity>;
  client(name: string, group: string): Promise<Identity>;
}

const DAY = 24 * 60 * 60_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export async function newAuthority(): Promise<Authority> {
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);
  const keys = await newKeys();
  const name = [{ CN: ['kubernetes'] }];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  const issue = async (
    subject: readonly Record<string, string[]>[],
    use: ExtendedKeyUsage,
    more: readonly SubjectAlternativeNameExtension[],
  ) => {
    const own = await newKeys();
    const issued = await X509CertificateGenerator.create({
      ...validity(),
      subject: [...subject],
      issuer: certificate.subject,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([use]),
        await AuthorityKeyIdentifierExtension.create(certificate),
        ...more,
      ],
    });
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey));
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return {
      certificate: `${issued.toString('pem')}\n`,
      key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    };
  };
  return {
    certificate: `${certificate.toString('pem')}\n`,
    server: (address) =>
      issue([{ CN: ['kube-apiserver'] }], ExtendedKeyUsage.serverAuth, [
        new SubjectAlternativeNameExtension([{ type: 'ip', value: address }]),
      ]),
    client: (name, group) => issue([{ O: [group] }, { CN: [name] }], ExtendedKeyUsage.clientAuth, []),
  };
}

/** What tokens of service accounts are signed with. */
export function signingKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function newKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

let serial = 1;

function validity() {
  const now = Date.now();
  serial += 1;
  return {
    serialNumber: serial.toString(16).padStart(16, '1'),
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + DAY),
  };
}
