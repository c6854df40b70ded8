import { Owner, realHost, type ChangesCursor } from '@cosi-ts/core';
import type { MemberSpec, Resource, ResourceType } from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection, transform } from '@cosi-ts/runtime';
import { begin, collectGarbage, median, type Sample } from '../clock.ts';
import { Members, idOf, newMember } from '../state/member.ts';

const host = realHost();

/** The kinds along a chain: its input, and the output of each of its controllers. */
function kindsOf(length: number): readonly ResourceType<MemberSpec>[] {
  return Array.from({ length: length + 1 }, (_, n) => (n === 0 ? Members : Members.in(`cluster-${n}`)));
}

interface Chain extends AsyncDisposable {
  readonly state: MemoryState;
  /** Of the last output. */
  readonly cursor: ChangesCursor<Resource>;
  start(): void;
}

/** Inputs that exist, and controllers in a row that copy them. */
async function newChain(length: number, count: number): Promise<Chain> {
  const owner = new Owner('bench');
  const state = new MemoryState({ clock: host.clock, random: host.random, types: { find: () => Members } });
  for (let n = 0; n < count; n += 1) await state.create(newMember(n));
  const runtime = new ControllerRuntime({ state, host, owner });
  const kinds = kindsOf(length);
  for (const [n, output] of kinds.slice(1).entries()) {
    runtime.register(
      transform({
        name: `Controller${n}`,
        input: kinds[n]!,
        output,
        outputKind: 'shared',
        map: ({ metadata }) => metadata.id,
        transform: ({ spec }) => spec,
      }),
    );
  }
  return {
    state,
    cursor: state.changes(kinds[length]!),
    start: () => runtime.start(),
    [Symbol.asyncDispose]: () => owner.close(),
  };
}

/** Resolves once the cursor told of so many changes. */
async function told(cursor: ChangesCursor<Resource>, count: number): Promise<void> {
  for (let left = count; left > 0;) {
    await cursor.ready();
    left -= cursor.pull()?.changed.length ?? 0;
  }
}

/** From the start of the runtime, with all inputs present, until the last output was seen. */
export function converge(count: number): () => Promise<Sample> {
  return async () => {
    await using chain = await newChain(1, count);
    collectGarbage();
    const clock = begin();
    chain.start();
    await told(chain.cursor, count);
    return clock.perOp(count);
  };
}

/** Median time from before the update of one of the inputs until the event of the last output. */
export function change(length: number, count: number, rounds: number): () => Promise<Sample> {
  return async () => {
    await using chain = await newChain(length, count);
    const inputs = collection(chain.state, Members);
    chain.start();
    await told(chain.cursor, count);
    collectGarbage();
    const times: Sample[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const id = idOf((round * 7919) % count);
      const hostname = idOf(count + round);
      const clock = begin();
      const updated = inputs.update(id, ({ metadata, spec }) => ({ metadata, spec: { ...spec, hostname } }));
      await told(chain.cursor, 1);
      times.push(clock.perOp(1));
      await updated;
    }
    return median(times);
  };
}
