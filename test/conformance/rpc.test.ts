import { realHost } from '@cosi-ts/core';
import { rpcConformance, simulate } from '@cosi-ts/testing';
import { describe, test } from 'vitest';

describe('the network over gRPC', () => {
  const cases = rpcConformance(async (body) => {
    const { rpc } = realHost();
    await body({ server: rpc, client: rpc, address: '127.0.0.1:0' });
  });
  test.each(cases)('$name', ({ run }) => run());
});

describe.each([0, 1, 2, 3, 4])('the simulated network, seed %i', (seed) => {
  const cases = rpcConformance(async (body) => {
    await simulate({ seed, faults: ['delay'] }, async (sim) => {
      const [server, client] = [sim.node('server'), sim.node('client')];
      await body({ server: server.host.rpc, client: client.host.rpc, address: `${server.address}:0` });
    });
  });
  test.each(cases)('$name', ({ run }) => run());
});
