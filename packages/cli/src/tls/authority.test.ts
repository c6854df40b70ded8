import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { realHost } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { X509CertificateGenerator } from '@peculiar/x509';
import { CERTIFICATE_LIFETIME, loadAuthority, newAuthority } from './authority.ts';
import { cryptoKeys, keyPem, signingAlgorithm as algorithmOf } from './keys.ts';

const host = realHost();
const DAY = 24 * 60 * 60_000;

describe('an authority', () => {
  test('signs what its certificate verifies, for servers and for clients', async () => {
    const authority = await newAuthority(host, 'talos');
    const ca = new X509Certificate(authority.certificate);
    expect([ca.ca, ca.subject, ca.verify(ca.publicKey)]).toEqual([true, 'O=talos', true]);
    const names = ['127.0.0.1', '::1', 'localhost'];
    const server = await authority.issue({ use: 'server', commonName: 'endpoint', names, lifetime: DAY });
    const one = new X509Certificate(server.certificate);
    expect(one.verify(ca.publicKey) && one.checkIssued(ca)).toBe(true);
    expect(one.checkPrivateKey(createPrivateKey(server.key))).toBe(true);
    expect([one.checkIP('127.0.0.1'), one.checkIP('::1'), one.checkHost('localhost')]).toEqual([
      '127.0.0.1',
      '::1',
      'localhost',
    ]);
    expect([one.ca, one.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.1']]);
    const client = await authority.issue({ use: 'client', organization: 'os:reader', lifetime: CERTIFICATE_LIFETIME });
    const other = new X509Certificate(client.certificate);
    expect([other.subject, other.keyUsage]).toEqual(['O=os:reader', ['1.3.6.1.5.5.7.3.2']]);
    const days = (other.validToDate.getTime() - host.clock.millis()) / DAY;
    expect(Math.round(days)).toBe(365);
    expect(one.serialNumber).not.toBe(other.serialNumber);
  });

  test('goes on where it was kept, whatever kind of key it has', async () => {
    const kept = await newAuthority(host, 'talos');
    const renamed = kept.key.replaceAll('PRIVATE KEY', 'ED25519 PRIVATE KEY');
    const again = loadAuthority(host, { certificate: kept.certificate, key: renamed });
    expect(again.certificate).toBe(kept.certificate);
    expect(again.key).toBe(kept.key);
    const issuedAgain = await again.issue({ use: 'client', organization: 'os:admin', lifetime: DAY });
    expect(new X509Certificate(issuedAgain.certificate).verify(new X509Certificate(kept.certificate).publicKey)).toBe(
      true,
    );

    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [keys, signingAlgorithm] = [cryptoKeys(privateKey), algorithmOf(privateKey)];
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: [{ O: ['talos'] }],
      keys,
      signingAlgorithm,
    });
    const pair = { certificate: certificate.toString('pem'), key: keyPem(privateKey) };
    const issued = await loadAuthority(host, pair).issue({ use: 'client', lifetime: DAY });
    expect(new X509Certificate(issued.certificate).checkIssued(new X509Certificate(pair.certificate))).toBe(true);
    expect(() => loadAuthority(host, { ...pair, key: kept.key })).toThrow('the key is not that of the certificate');
  });

  test('is none without its texts', () => {
    expect(() => loadAuthority(host, { certificate: 'x', key: 'y' })).toThrow();
  });
});
