import type { TlsIdentity } from '@cosi-ts/core';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { keepIdentity, readIdentity } from './identity-files.ts';

const PATHS = { certificate: '/tls/tls.crt', key: '/tls/tls.key', ca: '/tls/ca.crt' };

test('a certificate is read again when its files change, once for both, and one that is none changes nothing', async () => {
  await simulate({}, async (sim) => {
    const { host, owner } = sim.node('service');
    const write = async (path: string, text: string): Promise<void> => {
      await host.files.makeDirectory('/tls');
      const writer = await host.files.create(path);
      await writer.write(new TextEncoder().encode(text));
      await writer.close();
    };
    await write(PATHS.certificate, 'cert 1');
    await write(PATHS.ca, 'ca');
    await expect(readIdentity(host.files, PATHS)).rejects.toMatchObject({ code: 'ENOENT', path: PATHS.key });
    await write(PATHS.key, 'key 1');
    expect(await readIdentity(host.files, PATHS)).toEqual({ certificate: 'cert 1', key: 'key 1', ca: 'ca' });

    const renewed: TlsIdentity[] = [];
    const renew = (tls: TlsIdentity): void => {
      if (tls.key === 'bad') throw new Error('no key');
      renewed.push(tls);
    };
    keepIdentity(host, owner, PATHS, renew);
    await write(PATHS.certificate, 'cert 2');
    await write(PATHS.key, 'key 2');
    await sim.settle();
    expect(renewed).toEqual([{ certificate: 'cert 2', key: 'key 2', ca: 'ca' }]);

    await write(PATHS.key, 'bad');
    await sim.settle();
    await write(PATHS.key, 'key 3');
    await sim.settle();
    expect(renewed.slice(1)).toEqual([{ certificate: 'cert 2', key: 'key 3', ca: 'ca' }]);
    expect(sim.log.map(({ level }) => level)).toEqual(['info', 'error', 'info']);
  });
});
