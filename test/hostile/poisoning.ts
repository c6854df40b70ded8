import { expect } from 'vitest';

const SHARED = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  Symbol,
  Map,
  Set,
  WeakMap,
  Promise,
  RegExp,
  Error,
  Uint8Array,
];

/** Everything that all programs share and nobody may change: what each has, by name. */
function shared(): ReadonlyMap<object, ReadonlyMap<PropertyKey, unknown>> {
  const owners = SHARED.flatMap((owner): object[] => [owner, owner.prototype as object]);
  return new Map(
    [globalThis, JSON, Math, Reflect, ...owners].map((owner) => [
      owner,
      new Map(Reflect.ownKeys(owner).map((key) => [key, valueOf(owner, key)])),
    ]),
  );
}

function valueOf(owner: object, key: PropertyKey): unknown {
  const descriptor = Reflect.getOwnPropertyDescriptor(owner, key);
  return descriptor === undefined || 'value' in descriptor ? descriptor?.value : descriptor.get;
}

/** Runs something that is given hostile input, and fails if it left a trace in what everybody shares. */
export async function withoutPoisoning<T>(run: () => Promise<T> | T): Promise<T> {
  const before = shared();
  const result = await run();
  for (const [owner, properties] of shared()) {
    const known = before.get(owner) ?? new Map<PropertyKey, unknown>();
    for (const [key, value] of properties) {
      if (owner === globalThis) continue;
      if (!known.has(key)) expect.fail(`there is a new ${String(key)} in a shared object`);
      if (!Object.is(known.get(key), value)) expect.fail(`${String(key)} of a shared object was replaced`);
    }
  }
  return result;
}
