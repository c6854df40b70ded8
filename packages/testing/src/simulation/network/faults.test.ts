import { RpcError, type RpcService } from '@cosi-ts/core';
import { describe, expect, test } from 'vitest';
import { simulate, type FaultKind, type SimulationResult } from '../../index.ts';

const COUNT = '/test.Count/Count';
const ADD = '/test.Count/Add';

/** A stream of numbers, and a unary call that counts how often it was made. */
function counting(made: { calls: number; started: number; ended: number }): RpcService {
  return {
    name: 'test.Count',
    unary: new Map([
      [
        ADD,
        async (request) => {
          made.calls += 1;
          return request;
        },
      ],
    ]),
    streams: new Map([
      [
        COUNT,
        async (_request, call, sink) => {
          made.started += 1;
          for (let index = 0; index < 50 && !call.signal.aborted; index += 1) await sink.write(Uint8Array.of(index));
          made.ended += 1;
        },
      ],
    ]),
  };
}

interface Outcome {
  readonly numbers: readonly number[];
  readonly error: string | undefined;
  readonly calls: number;
  readonly started: number;
  readonly ended: number;
  readonly answer: string;
}

function run(seed: number, faults: readonly FaultKind[]): Promise<SimulationResult<Outcome>> {
  return simulate({ seed, faults }, async (sim) => {
    const made = { calls: 0, started: 0, ended: 0 };
    const [server, client] = [sim.node('server'), sim.node('client')];
    await server.host.rpc.listen({ address: '0.0.0.0:80' }, [counting(made)]);
    const keepalive = { time: 10_000, timeout: 5_000 };
    const channel = client.host.rpc.connect({ address: 'server:80' }, { keepalive });
    const status = (thrown: unknown): string => (thrown instanceof RpcError ? thrown.status : String(thrown));
    const answer = await channel.unary(ADD, Uint8Array.of(1)).then(() => 'OK', status);
    const numbers: number[] = [];
    const stream = channel.stream(COUNT, new Uint8Array(0));
    let error: string | undefined;
    try {
      for (let next = await stream.next(); next !== undefined; next = await stream.next()) numbers.push(next[0] ?? -1);
    } catch (thrown) {
      error = status(thrown);
    }
    await sim.settle();
    return { ...made, numbers, error, answer };
  });
}

async function runs(faults: readonly FaultKind[]): Promise<readonly SimulationResult<Outcome>[]> {
  const all: SimulationResult<Outcome>[] = [];
  for (let seed = 0; seed < 200; seed += 1) all.push(await run(seed, faults));
  return all;
}

const EVERYTHING = Array.from({ length: 50 }, (_, index) => index);

describe('a network that fails', () => {
  test('never reorders, repeats or invents: a stream gives a beginning of what was sent, then its error', async () => {
    for (const { value } of await runs(['cut', 'stall', 'delay', 'refuse'])) {
      expect(value.numbers).toEqual(EVERYTHING.slice(0, value.numbers.length));
      expect(value.error).toBe(value.numbers.length === 50 ? value.error : 'UNAVAILABLE');
      expect(['OK', 'UNAVAILABLE']).toContain(value.answer);
      // Every handler hears in the end that its caller is gone.
      expect(value.ended).toBe(value.started);
    }
  });

  test('cuts: before the call, after it was made and before its answer, in the middle of a stream', async () => {
    const all = (await runs(['cut'])).map(({ value }) => value);
    expect(all.some(({ answer, calls }) => answer === 'UNAVAILABLE' && calls === 0)).toBe(true);
    expect(all.some(({ answer, calls }) => answer === 'UNAVAILABLE' && calls === 1)).toBe(true);
    expect(all.some(({ numbers }) => numbers.length > 0 && numbers.length < 50)).toBe(true);
    expect(all.some(({ numbers, error }) => numbers.length === 50 && error === undefined)).toBe(true);
  });

  test('stalls: the caller notices by its keepalive', async () => {
    const stalled = (await runs(['stall'])).filter(({ value }) => value.error !== undefined);
    expect(stalled.length).toBeGreaterThan(0);
    for (const { elapsed } of stalled) expect(elapsed).toBeGreaterThanOrEqual(15_000);
  });

  test('delays: time passes, nothing is lost', async () => {
    const all = await runs(['delay']);
    for (const { value } of all) expect(value).toMatchObject({ numbers: EVERYTHING, answer: 'OK', error: undefined });
    expect(all.some(({ elapsed }) => elapsed > 1_000)).toBe(true);
  });

  test('refuses: the call was not made', async () => {
    const refused = (await runs(['refuse'])).filter(({ value }) => value.answer !== 'OK');
    expect(refused.length).toBeGreaterThan(0);
    for (const { value } of refused) expect(value).toMatchObject({ answer: 'UNAVAILABLE', calls: 0 });
  });

  test('fails in the same way for the same seed', async () => {
    const faults = ['cut', 'stall', 'delay', 'refuse'] as const;
    for (let seed = 0; seed < 50; seed += 1) {
      const first = await run(seed, faults);
      const second = await run(seed, faults);
      expect([second.hash, second.value]).toEqual([first.hash, first.value]);
    }
  });
});
