import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Owner, ownedHost, realHost, type RpcService } from '@cosi-ts/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { temporaryDirectory } from '../nodes/nodes.fixture.ts';
import { newAuthority, type Authority, type KeyPair } from './authority.ts';
import { serveOnPort } from './serve-on-port.ts';

const HOUR = 60 * 60_000;
const real = realHost();
const echo: RpcService = {
  name: 't.T',
  unary: new Map([['/t.T/Call', (request: Uint8Array) => Promise.resolve(request)]]),
  streams: new Map(),
};

test('certificates are taken over from their files while it runs; a half of them changes nothing', async () => {
  const directory = await temporaryDirectory();
  const paths = { certificate: join(directory, 's.crt'), key: join(directory, 's.key'), ca: join(directory, 'ca.crt') };
  const [before, after] = [await newAuthority(real, 'before'), await newAuthority(real, 'after')];
  const put = async (authority: Authority, cut = Infinity): Promise<void> => {
    const { certificate, key } = await authority.issue({ use: 'server', names: ['127.0.0.1'], lifetime: HOUR });
    await writeFile(paths.ca, authority.certificate);
    await writeFile(paths.certificate, certificate.slice(0, cut));
    await writeFile(paths.key, key);
  };
  await put(before);
  const owner = new Owner('server');
  onTestFinished(() => owner.close());
  const errors: string[] = [];
  const log = { ...real.log, info: () => undefined, error: (message: string) => void errors.push(message) };
  const host = ownedHost({ ...real, log }, owner);
  const address = await serveOnPort(host, owner, '127.0.0.1:0', paths, () => [echo]);
  const clients = await Promise.all(
    [before, after].map((authority) => authority.issue({ use: 'client', lifetime: HOUR })),
  );
  const isServed = async (authority: Authority, client: KeyPair | undefined): Promise<boolean> => {
    const channel = real.rpc.connect({ address, tls: { ca: authority.certificate, ...client } });
    const asked = channel.unary('/t.T/Call', new Uint8Array(0));
    return asked
      .then(
        () => true,
        () => false,
      )
      .finally(() => channel.close());
  };

  expect([await isServed(before, clients[0]), await isServed(after, clients[1])]).toEqual([true, false]);
  await put(after, 100);
  await vi.waitFor(() => expect(errors).toContain('the certificate could not be renewed, the old one stays'), 5000);
  expect([await isServed(before, clients[0]), await isServed(after, clients[1])]).toEqual([true, false]);
  await put(after);
  await vi.waitFor(async () => expect(await isServed(after, clients[1])).toBe(true), 5000);
  expect(await isServed(before, clients[0])).toBe(false);
  // Nothing is left of those who were refused, which would have to be waited for.
  const begun = performance.now();
  await owner.close();
  expect(performance.now() - begun).toBeLessThan(3000);
});
