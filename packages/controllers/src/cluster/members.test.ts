import { compareUtf8 } from '@cosi-ts/core';
import {
  Affiliate,
  Member,
  typeRegistry,
  type AffiliateSpec,
  type MemberSpec,
  type Resource,
} from '@cosi-ts/resources';
import { ControllerRuntime, MemoryState, collection } from '@cosi-ts/runtime';
import { arbitraryOf, simulate, type SimNode, type Simulation } from '@cosi-ts/testing';
import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { affiliateMergeController } from './affiliate-merge.ts';
import { memberController } from './member.ts';

/** Who says something, of whom, and what; or what happens to the controllers. */
type Step =
  | { readonly kind: 'say'; readonly registry: string; readonly spec: AffiliateSpec }
  | { readonly kind: 'take back' | 'let go'; readonly which: number }
  | { readonly kind: 'crash'; readonly controller: string }
  | { readonly kind: 'go on'; readonly steps: number };

// Few names, so that they meet; hostile ones, and one of which another is a prefix, among them.
const nodeId = fc.constantFrom('', 'a', 'b', 'aé', '\u{1f600}', '\uffee', '__proto__');
const nodename = fc.constantFrom('', 'n', 'N', 'constructor', '\u{1f600}', '\uffee', 'a b\n');
const registry = fc.constantFrom('k8s', 'service');
const affiliate = fc
  .tuple(arbitraryOf(Affiliate), nodeId, nodename)
  .map(([spec, nodeId, nodename]): AffiliateSpec => ({ ...spec, nodeId, nodename }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('say' as const), registry, spec: affiliate }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take back' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('let go' as const), which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      controller: fc.constantFrom(affiliateMergeController.name, memberController.name),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('go on' as const), steps: fc.nat(40) }) },
);

describe('affiliates and members', () => {
  test.prop([fc.nat(), fc.array(step, { maxLength: 40 }), fc.option(affiliate)], { numRuns: 300 })(
    'follow from what the registries say, in whatever order they say it and whoever crashes meanwhile',
    async (seed, steps, local) => {
      await simulate({ seed }, async (sim) => {
        const { state, runtime } = start(sim.node('node'));
        const raw = collection(state, Affiliate.in('cluster-raw'));
        const merged = collection(state, Affiliate);
        const members = collection(state, Member);
        if (local !== null) await merged.create('a', { ...local, nodeId: 'a' }, { owner: 'local' });
        runtime.start();
        for (const step of steps) {
          if (step.kind === 'go on') await pass(sim, step.steps);
          else if (step.kind === 'crash') runtime.crash(step.controller);
          else await apply(step, raw);
        }
        await sim.settle({ within: 0 });

        const said = await raw.list();
        const own = (await merged.list()).filter(({ metadata }) => metadata.owner === 'local');
        const expected = affiliatesOf(said, own);
        expect(shown(await merged.list())).toEqual(expected);
        expect(shown(await members.list())).toEqual(membersOf(await merged.list()));

        const { position } = state;
        for (const controller of [affiliateMergeController, memberController]) runtime.crash(controller.name);
        await sim.settle({ within: 0 });
        expect(state.position).toBe(position);
      });
    },
  );
});

type Raw = ReturnType<typeof collection<AffiliateSpec>>;

async function apply(step: Exclude<Step, { kind: 'crash' | 'go on' }>, raw: Raw): Promise<void> {
  if (step.kind === 'say') {
    const id = `${step.registry}/${step.spec.nodeId}`;
    if ((await raw.find(id))?.metadata.phase === 'tearingDown') await raw.destroy(id);
    await raw.set(id, step.spec);
    return;
  }
  const all = await raw.list();
  const { id } = all[step.which % all.length]?.metadata ?? {};
  if (id === undefined) return;
  await raw.teardown(id);
  if (step.kind === 'take back') await raw.destroy(id);
}

/** The reference's rules, restated plainly: groups by node id, the first one's word, and what later ones add. */
function affiliatesOf(
  said: readonly Resource<AffiliateSpec>[],
  own: readonly Resource<AffiliateSpec>[],
): Map<string, AffiliateSpec> {
  const all = new Map<string, AffiliateSpec>();
  for (const { metadata, spec } of said) {
    if (metadata.phase !== 'running' || spec.nodeId === '') continue;
    const before = all.get(spec.nodeId);
    all.set(spec.nodeId, before === undefined ? spec : joined(before, spec));
  }
  for (const { metadata, spec } of own) all.set(metadata.id, spec);
  return sorted(all);
}

function joined(base: AffiliateSpec, other: AffiliateSpec): AffiliateSpec {
  return {
    nodeId: base.nodeId,
    addresses: appended(base.addresses, other.addresses),
    hostname: other.hostname || base.hostname,
    nodename: other.nodename || base.nodename,
    operatingSystem: base.operatingSystem,
    machineType: other.machineType === 'unknown' ? base.machineType : other.machineType,
    kubespan: {
      publicKey: other.kubespan.publicKey || base.kubespan.publicKey,
      address: other.kubespan.address || base.kubespan.address,
      additionalAddresses: appended(base.kubespan.additionalAddresses, other.kubespan.additionalAddresses),
      endpoints: appended(base.kubespan.endpoints, other.kubespan.endpoints),
      excludeAdvertisedNetworks: appended(
        base.kubespan.excludeAdvertisedNetworks,
        other.kubespan.excludeAdvertisedNetworks,
      ),
    },
    controlPlane: other.controlPlane ?? base.controlPlane,
  };
}

function appended<T>(base: readonly T[], other: readonly T[]): readonly T[] {
  const all = [...base];
  for (const item of other) if (!all.includes(item)) all.push(item);
  return all;
}

/** One for each node name, of the affiliate that was first seen last; of several such, the one with the greatest id. */
function membersOf(affiliates: readonly Resource<AffiliateSpec>[]): Map<string, MemberSpec> {
  const members = new Map<string, MemberSpec>();
  const inOrder = affiliates.toSorted((a, b) => Date.parse(a.metadata.created) - Date.parse(b.metadata.created));
  for (const { spec } of inOrder) {
    const { nodename, nodeId, addresses, hostname, machineType, operatingSystem, controlPlane } = spec;
    if (nodename === '') continue;
    members.set(nodename, { nodeId, addresses, hostname, machineType, operatingSystem, controlPlane });
  }
  return sorted(members);
}

function shown<S>(resources: readonly Resource<S>[]): Map<string, S> {
  return new Map(resources.map(({ metadata, spec }) => [metadata.id, spec]));
}

function sorted<S>(map: ReadonlyMap<string, S>): Map<string, S> {
  return new Map([...map].sort(([a], [b]) => compareUtf8(a, b)));
}

function start({ host, owner }: SimNode) {
  const state = new MemoryState({ clock: host.clock, random: host.random, types: typeRegistry() });
  const runtime = new ControllerRuntime({ state, host, owner });
  runtime.register(affiliateMergeController);
  runtime.register(memberController);
  return { state, runtime };
}

async function pass(sim: Simulation, steps: number): Promise<void> {
  let left = steps;
  await sim.until(`${steps} steps`, () => {
    left -= 1;
    return left < 0 || sim.isQuiet();
  });
}
