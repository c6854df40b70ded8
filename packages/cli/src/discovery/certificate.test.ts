import type { TlsIdentity } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { keepCertificate, readCertificate } from './certificate.ts';

const PATHS = { certificatePath: '/tls/tls.crt', keyPath: '/tls/tls.key' };

test('a certificate is read again when its files change, once for both, and one that is none changes nothing', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('service');
    const write = async (path: string, text: string): Promise<void> => {
      await host.files.makeDirectory('/tls');
      const writer = await host.files.create(path);
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    };
    await write(PATHS.certificatePath, 'cert 1');
    await expect(readCertificate(host.files, PATHS)).rejects.toMatchObject({ code: 'ENOENT', path: PATHS.keyPath });
    await write(PATHS.keyPath, 'key 1');
    expect(await readCertificate(host.files, PATHS)).toEqual({ certificate: 'cert 1', key: 'key 1' });

    const renewed: TlsIdentity[] = [];
    const renew = (tls: TlsIdentity): void => {
      if (tls.key === 'bad') throw new Error('no key');
      renewed.push(tls);
    };
    keepCertificate(host, owner, PATHS, { address: '', landingAddress: undefined, counts: () => expect.fail(), renew });
    await write(PATHS.certificatePath, 'cert 2');
    await write(PATHS.keyPath, 'key 2');
    await sim.settle();
    expect(renewed).toEqual([{ certificate: 'cert 2', key: 'key 2' }]);

    await write(PATHS.keyPath, 'bad');
    await sim.settle();
    await write(PATHS.keyPath, 'key 3');
    await sim.settle();
    expect(renewed.slice(1)).toEqual([{ certificate: 'cert 2', key: 'key 3' }]);
    expect(sim.log.map(({ level }) => level)).toEqual(['info', 'error', 'info']);
  });
});
