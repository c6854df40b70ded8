// oxlint-disable typescript/no-unsafe-call, typescript/no-unsafe-member-access, typescript/no-unsafe-return -- what does not compile is of no type

import { HostnameStatus, Nodename } from '@cosi-ts/resources';
import { defineController } from './loop.ts';
import { cleanup, cleanupHandler } from './operators/cleanup.ts';
import { combine, hasNoOutputs, removeOutputs } from './operators/cleanup-handlers.ts';
import { destroy } from './operators/destroy.ts';
import { merge } from './operators/merge.ts';
import { transform } from './operators/transform.ts';
import { destroyReady, exclusive, mapped, mappedDestroyReady, primary, shared, strong, weak } from './ports.ts';
import { defineQueueController } from './queue.ts';

// Compiled, never run: what is not declared cannot be read or written, in any style.

const hostname = { hostname: '', domainname: '' };
const nodename = { nodename: '', hostnameVersion: '', skipNodeRegistration: false };

export const loop = defineController({
  name: 'loop',
  ports: {
    seen: weak(HostnameStatus),
    held: strong(HostnameStatus.in('held')),
    gone: destroyReady(Nodename),
    made: shared(Nodename),
  },
  async reconcile(ports) {
    const { seen, held, gone, made } = ports;
    const [{ spec }, uncached] = [await seen.get('x'), await seen.uncached.list()];
    await made.set('x', { ...nodename, nodename: spec.hostname + uncached.length });
    await held.addFinalizer('x', 'loop');
    seen.aim(['x']);
    // @ts-expect-error: no such port
    await ports.other.list();
    // @ts-expect-error: an input cannot be written
    await seen.set('x', hostname);
    // @ts-expect-error: … nor destroyed
    await held.destroy('x');
    // @ts-expect-error: … nor by way of what is not cached
    await seen.uncached.set('x', hostname);
    // @ts-expect-error: a weak input cannot be held
    await seen.addFinalizer('x', 'loop');
    // @ts-expect-error: … nor can one that waits for an end
    await gone.addFinalizer('x', 'loop');
    // @ts-expect-error: an output cannot be held
    await made.addFinalizer('x', 'loop');
    // @ts-expect-error: an output cannot be aimed
    made.aim(['x']);
    // @ts-expect-error: another type's spec
    await made.set('x', hostname);
    // @ts-expect-error: no such field
    await made.modify('x', (draft) => void (draft.hostname = ''));
  },
});

export const ownLoop = defineController({
  name: 'own loop',
  ports: { seen: weak(HostnameStatus), made: exclusive(Nodename) },
  async run(ports, { wakeups }) {
    for await (const _causes of wakeups) await ports.made.create('x', nodename);
    // @ts-expect-error: no such port
    await ports.other.list();
    // @ts-expect-error: an input cannot be written
    await ports.seen.create('x', hostname);
  },
});

export const atomic = defineController({
  name: 'atomic',
  atomic: true,
  ports: { seen: weak(HostnameStatus), made: exclusive(Nodename) },
  start: () => async (ports) => {
    await ports.made.set('x', nodename);
    // @ts-expect-error: an input cannot be written
    await ports.seen.teardown('x');
  },
});

// @ts-expect-error: a loop has no keys
export const wrongLoop = defineController({ name: 'l', ports: { a: primary(Nodename) }, reconcile: async () => {} });

export const queue = defineQueueController({
  name: 'queue',
  ports: {
    main: primary(HostnameStatus),
    aside: mapped(Nodename.in('aside')),
    gone: mappedDestroyReady(Nodename),
    made: exclusive(Nodename),
  },
  mappers: {
    async aside(_id, _resource, ports) {
      // @ts-expect-error: an input cannot be written
      await ports.aside.destroy('x');
      // @ts-expect-error: no such port
      return (await ports.other.list()).map(({ metadata }) => metadata.id);
    },
    // @ts-expect-error: no such port
    other: () => [],
  },
  async reconcile(ports, key) {
    const { main, aside, gone, made } = ports;
    const { spec } = await main.get(key);
    await made.set(key, { ...nodename, nodename: spec.hostname });
    for (const input of [main, aside]) await input.addFinalizer(key, 'queue');
    // @ts-expect-error: no such port
    await ports.other.list();
    // @ts-expect-error: an input cannot be written
    await main.modify(key, () => undefined);
    // @ts-expect-error: what waits for an end cannot be held
    await gone.removeFinalizer(key, 'queue');
    // @ts-expect-error: another type's spec
    await made.create(key, spec);
  },
  async runHook(ports) {
    await ports.made.set('x', nodename);
    // @ts-expect-error: no such port
    await ports.other.list();
    // @ts-expect-error: an input cannot be written
    await ports.aside.set('x', nodename);
  },
});

// @ts-expect-error: a queue looks at keys
export const wrongQueue = defineQueueController({ name: 'q', ports: { a: weak(Nodename) }, reconcile: async () => {} });

const nodenameOfHost = {
  name: 't',
  input: HostnameStatus,
  output: Nodename,
  extra: { aside: mapped(Nodename.in('aside')) },
};

export const transforms = [
  transform({
    ...nodenameOfHost,
    extraKeys: { aside: 'every' },
    map: ({ metadata }) => metadata.id,
    async transform({ spec }, { ports, current }) {
      const aside = await ports.aside.find(spec.hostname);
      // @ts-expect-error: an input cannot be written
      await ports.aside.set('x', nodename);
      // @ts-expect-error: the output is written by what is returned
      await ports.output.set('x', nodename);
      // @ts-expect-error: no such port
      await ports.other.list();
      return aside?.spec ?? current?.spec;
    },
  }),
  transform({
    ...nodenameOfHost,
    // @ts-expect-error: no such port
    extraKeys: { other: 'every' },
    map: ({ metadata }) => metadata.id,
    transform: () => nodename,
  }),
  transform({
    ...nodenameOfHost,
    // @ts-expect-error: no such field of the input
    map: ({ spec }) => spec.nodename,
    // @ts-expect-error: another type's spec
    transform: ({ spec }) => spec,
  }),
  transform({
    ...nodenameOfHost,
    // @ts-expect-error: an operator is a queue
    extra: { aside: weak(Nodename) },
    map: ({ metadata }) => metadata.id,
    transform: () => nodename,
  }),
];

export const merges = [
  merge({
    ...nodenameOfHost,
    key: ({ spec }) => spec.domainname,
    async merge(inputs, key, { ports }) {
      // @ts-expect-error: an input cannot be written
      await ports.aside.destroy(key);
      // @ts-expect-error: no such port
      await ports.input.list();
      return { ...nodename, nodename: inputs.map(({ spec }) => spec.hostname).join() };
    },
  }),
  merge({
    ...nodenameOfHost,
    // @ts-expect-error: no such field of the input
    key: ({ spec }) => spec.nodename,
    // @ts-expect-error: another type's spec
    merge: () => hostname,
  }),
];

const parentOf = ({ metadata }: { readonly metadata: { readonly id: string } }): string => metadata.id;

export const cleanups = [
  cleanup({
    name: 'c',
    input: HostnameStatus,
    handler: combine(
      hasNoOutputs(Nodename, parentOf),
      removeOutputs(Nodename.in('aside'), ({ spec }) => spec.nodename),
    ),
  }),
  // @ts-expect-error: no such field of the output
  cleanup({ name: 'c', input: HostnameStatus, handler: hasNoOutputs(Nodename, ({ spec }) => spec.hostname) }),
  cleanup({
    name: 'c',
    input: HostnameStatus,
    handler: cleanupHandler({
      ports: { seen: mapped(Nodename), made: shared(Nodename.in('aside')) },
      start: () => ({
        keysOf: (_port, id) => [id],
        async remove({ metadata }, ports) {
          await ports.made.destroy(metadata.id);
          // @ts-expect-error: an input cannot be written
          await ports.seen.destroy(metadata.id);
          // @ts-expect-error: no such port
          await ports.other.list();
        },
      }),
    }),
  }),
  // @ts-expect-error: a type is destroyed as a whole
  destroy(Nodename.pointer('x')),
];
