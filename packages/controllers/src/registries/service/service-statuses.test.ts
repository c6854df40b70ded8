import { Affiliate, RegistryStatus } from '@cosi-ts/resources';
import { simulate } from '@cosi-ts/testing';
import { expect, test } from 'vitest';
import { affiliateOf } from '../../cluster/affiliate.fixture.ts';
import { A } from '../../controllers.fixture.ts';
import { LOCAL, at, configure, join, publish, serve, startRegistry } from './service.fixture.ts';

test('each service has a status, which tells of outages, and goes with it', async () => {
  await simulate({}, async (sim) => {
    const service = await serve(sim.node('service'));
    const node = await startRegistry(sim.node('node'), [at('service'), at('nowhere')]);
    await node.of(Affiliate).create(LOCAL, affiliateOf(LOCAL));
    publish(join(sim.node('a'), A), affiliateOf(A));
    await sim.advance('1m');
    const status = (name: string) => node.spec(RegistryStatus, `service/${name}`);
    const well = { state: 'connected', endpoint: 'service:3000', affiliates: 1, message: '' };
    expect(await status('service')).toEqual(well);
    expect(await status('nowhere')).toMatchObject({
      state: 'failing',
      affiliates: 0,
      message: expect.stringMatching(/./),
    });
    sim.crash(service);
    await sim.advance('10s');
    expect(await status('service')).toMatchObject({ state: 'failing', affiliates: 1 });
    const { version } = (await node.of(RegistryStatus).get('service/service')).metadata;
    await sim.advance('20s');
    expect((await node.of(RegistryStatus).get('service/service')).metadata.version).toBe(version);
    await serve(service);
    await sim.advance('2m');
    expect(await status('service')).toMatchObject({ state: 'connected', message: '' });
    await configure(node, [at('service')]);
    await sim.settle();
    expect(await node.ids(RegistryStatus)).toEqual(['service/service']);
  });
});
