import type { Host, Owner } from '@cosi-ts/core';
import { MachineConfig, typeRegistry, type Resource, type ResourceType } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection, type Collection, type Controller } from '@cosi-ts/runtime';

/** The node ids, addresses and keys of the acceptance cases. */
export const A = '7x1SuC8Ege5BGXdAfTEff5iQnlWZLfv9h1LGMxA2pYkC';
export const B = '9dwHNUViZlPlIervqX9Qo256RUhrfhgO0xBBnKcKl4F';
export const X = 'xCnFFfxylOf9i5ynhAkt6ZbfcqaLDGKfIa3gwpuaxe7F';
export const R = 'roLng5hmP0Gv9S5Pbfzaa93JSZjsdpXNAn7vzuCfsc8';
export const E0 = 'fd50:8d60:4238:6302:f857:23ff:fe21:d1e0';
export const E1 = 'fd50:8d60:4238:6302:f857:23ff:fe21:d1e1';
export const P1 = 'PLPNBddmTgHJhtw0vxltq1ZBdPP9RNOEUd5JjJZzBRY=';
export const P2 = '1CXkdhWBm58c36kTpchR8iGlXHG1ruHa5W8gsFqD8Qs=';
export const SECRET = 'kCQsKr4B28VUl7qw1sVkTDNF9fFH++ViIuKsss+C6kc=';

/** Where something runs: a simulated node, say. */
export interface Machine {
  readonly host: Host;
  readonly owner: Owner;
}

/** Controllers on a state of their own, and whatever else the test puts there. */
export interface Running {
  readonly state: MemoryState;
  readonly runtime: ControllerRuntime;
  readonly owner: Owner;
  of<S>(type: ResourceType<S>): Collection<S>;
  /** The spec under an id; undefined if there is none. */
  spec<S>(type: ResourceType<S>, id: string): Promise<S | undefined>;
  ids(type: ResourceType): Promise<readonly string[]>;
  remove(type: ResourceType, id: string): Promise<void>;
}

export function runControllers({ host, owner }: Machine, controllers: readonly Controller[]): Running {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  for (const controller of controllers) runtime.register(controller);
  runtime.start();
  return {
    state,
    runtime,
    owner,
    of: (type) => collection(state, type),
    spec: async (type, id) => (await collection(state, type).find(id))?.spec,
    ids: async (type) => (await state.list(type)).map(({ metadata }: Resource) => metadata.id),
    remove: (type, id) => collection(state, type).destroy(id),
  };
}

/** Gives the node a machine configuration: the active one unless another id is said. */
export async function setMachineConfig(running: Running, text: string, id = 'v1alpha1'): Promise<void> {
  await running.of(MachineConfig).set(id, { text });
}
