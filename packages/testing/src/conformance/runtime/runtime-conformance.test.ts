import { ControllerRuntime, MemoryState } from '@cosi-ts/runtime';
import { describe, expect, test } from 'vitest';
import { COSI_RUNTIME_CASES, runtimeConformance } from './runtime-conformance.ts';
import type { MakeRuntime } from './subject.ts';

const inMemory: MakeRuntime = ({ host, owner, types, history, observer }) => {
  const state = new MemoryState({ clock: host.clock, random: host.random, types, history });
  return { state, runtime: new ControllerRuntime({ state, host, owner, observer }) };
};

describe('the rules of a runtime', () => {
  test('are those of the COSI runtime, and more', () => {
    const cases = new Set(runtimeConformance(inMemory).map(({ name }) => name.split(':')[0]));
    expect(COSI_RUNTIME_CASES.filter((name) => !cases.has(name))).toEqual([]);
    expect(new Set(COSI_RUNTIME_CASES).size).toBe(COSI_RUNTIME_CASES.length);
  });

  test.each([
    [
      'a runtime that forgets to start those who come later',
      'CascadingSumControllers',
      (runtime: ControllerRuntime) => ({
        start: () => queueMicrotask(() => runtime.start()),
        register: () => undefined,
      }),
    ],
    ['a runtime that starts nobody', 'IntToStrControllers', () => ({ start: () => undefined })],
    ['a runtime that knows nobody', 'Export', () => ({ dependencyGraph: () => [] })],
    ['a runtime that takes anybody', 'ControllerOutputs', () => ({ register: () => undefined })],
    ['a runtime that tells nobody', 'ControllerRuntimeMetrics', undefined],
  ])('%s breaks %s', async (_what, name, change) => {
    const make: MakeRuntime = (conditions) => {
      const { state } = inMemory(conditions) as Awaited<ReturnType<MakeRuntime>>;
      const { host, owner } = conditions;
      const runtime = new ControllerRuntime({ state, host, owner });
      const whole = {
        register: runtime.register.bind(runtime),
        start: runtime.start.bind(runtime),
        dependencyGraph: runtime.dependencyGraph.bind(runtime),
        cachedState: runtime.cachedState.bind(runtime),
      };
      return { state, runtime: { ...whole, ...change?.(runtime) } };
    };
    const rule = runtimeConformance(make).find((one) => one.name.startsWith(`${name}:`));
    await expect(rule?.run()).rejects.toThrow();
  });
});
