import { compareUtf8 } from '@cosi-ts/core';
import { NfTablesChain, type NfTablesChainSpec } from '@cosi-ts/resources';
import { defineController, weak, type Controller } from '@cosi-ts/runtime';
import { alarm } from '../system/host/alarm.ts';
import type { ApplierOptions } from './applier.ts';
import { Applied } from './applied.ts';
import { DRIFT_INTERVAL, mayApply, permission } from './may-apply.ts';
import type { NetworkDriver } from './network-driver.ts';

const TABLE = 'table';

/** Makes the chains of the firewall: all at once, so that no packet meets half of them. */
export function nfTablesChainController(driver: NetworkDriver, { host, owner }: ApplierOptions): Controller {
  const applied = new Applied<ReadonlyMap<string, NfTablesChainSpec>>(owner);
  return defineController({
    name: 'network.NfTablesChainController',
    ports: { chains: weak(NfTablesChain), device: permission },
    start: (context) => {
      const again = alarm(context, host.timers);
      return async ({ chains, device }) => {
        const specs = (await mayApply(device)) ? await chains.list() : [];
        const wanted = new Map(specs.map(({ metadata, spec }) => [metadata.id, spec]));
        again.set(wanted.size === 0 ? undefined : DRIFT_INTERVAL);
        if (wanted.size === 0) {
          await applied.undo(TABLE);
          return;
        }
        const names = [...wanted.keys()].sort(compareUtf8);
        const isSame = isEqual(applied.get(TABLE), wanted) && (await driver.chains()).join() === names.join();
        if (isSame) return;
        // Not as it shall be until it was made so, whatever becomes of that.
        applied.add(TABLE, NOTHING, () => driver.setChains(NOTHING));
        await driver.setChains(wanted);
        applied.add(TABLE, wanted, () => driver.setChains(NOTHING));
      };
    },
  });
}

const NOTHING: ReadonlyMap<string, NfTablesChainSpec> = new Map();

function isEqual(
  a: ReadonlyMap<string, NfTablesChainSpec> | undefined,
  b: ReadonlyMap<string, NfTablesChainSpec>,
): boolean {
  if (a?.size !== b.size) return false;
  return [...b].every(([name, spec]) => {
    const other = a.get(name);
    return other !== undefined && NfTablesChain.spec.equals(spec, other);
  });
}
