import type { Logger, Rpc } from '@cosi-ts/core';
import type { Life } from '../world.ts';
import { Channel } from './channel.ts';
import type { Machine, Network } from './network.ts';

/** The simulated network as seen by one life of a node. */
export function virtualRpc(network: Network, life: Life, machine: Machine, log: Logger): Rpc {
  return {
    connect: (target, options = {}) => new Channel(network, life, machine, target, options),
    listen: (target, services, options = {}) =>
      new Promise((resolve, reject) => {
        const run = (): void => {
          try {
            resolve(network.listen({ life, machine, log }, target.address, services, options));
          } catch (thrown) {
            reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          }
        };
        network.world.enqueue({ life, label: `listen on ${target.address}`, run });
      }),
  };
}
