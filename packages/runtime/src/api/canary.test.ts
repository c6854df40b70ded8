import { create, toBinary, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { messageOf, realHost, type ServerCall } from '@cosi-ts/core';
import { KubeSpanIdentity, Labels, Member, newMetadata, typeRegistry, type ResourceType } from '@cosi-ts/resources';
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import {
  CreateRequestSchema,
  DestroyRequestSchema,
  GetRequestSchema,
  ListRequestSchema,
  TeardownRequestSchema,
  UpdateRequestSchema,
  WatchRequestSchema,
} from '../gen/cosi/resource/state_pb.ts';
import { TraceRequestSchema } from '../gen/cosi/runtime/trace_pb.ts';
import { collection } from '../state/collection.ts';
import { MemoryState } from '../state/memory-state.ts';
import { apiAccess, guardServices } from './access-policy.ts';
import { methodOf, type Operation } from './methods.ts';
import { DEPENDENCIES_METHOD, inspectService } from './node/inspect-service.ts';
import { stateService } from './server/state-service.ts';
import { TRACE_METHOD, traceService } from './trace/trace-service.ts';
import { EncodeCache } from './wire/encode-cache.ts';

/** In every part of a secret that a request could make somebody tell. */
const CANARY = 'canary-7f3a';

const host = realHost();
const secret: ResourceType = { ...Member, type: 'Secrets.test.cosi.dev', sensitive: true };
const types = typeRegistry([secret, Member, KubeSpanIdentity]);
const spec = (hostname: string) => ({
  nodeId: '',
  addresses: [],
  hostname,
  machineType: 'worker',
  operatingSystem: '',
});
const secretEdge = {
  controller: 'reads',
  kind: 'weak',
  namespace: 'cluster',
  type: secret.type,
  id: `${CANARY}-id`,
} as const;
const kinds = [secret, Member, { namespace: 'cluster', type: 'Unknown.test.cosi.dev' }];

const kind = fc.constantFrom(...kinds);
const namespace = fc.constantFrom('cluster', 'opened', 'config', '');
const id = fc.constantFrom(`${CANARY}-id`, 'a', '');
const regexp = fc.constantFrom('', `${CANARY}.*`, '(');
const labels = fc.boolean().map((has) => (has ? [{ terms: [{ key: `${CANARY}-label` }] }] : []));

/** A request of any operation, as bytes. */
const request = fc
  .record({
    kind,
    namespace,
    id,
    regexp,
    labels,
    operation: fc.constantFrom<Operation>(
      'Get',
      'List',
      'Watch',
      'Create',
      'Update',
      'Destroy',
      'Teardown',
      'TeardownAndDestroy',
    ),
    isSingle: fc.boolean(),
    aggregated: fc.boolean(),
    bootstrapContents: fc.boolean(),
    tailEvents: fc.constantFrom(0, 5),
    apiVersion: fc.constantFrom(0, 1),
  })
  .map(
    ({
      kind,
      namespace,
      id,
      regexp,
      labels,
      operation,
      isSingle,
      aggregated,
      bootstrapContents,
      tailEvents,
      apiVersion,
    }) => {
      const pointer = { namespace: namespace || 'cluster', type: kind.type, id };
      const resource = { metadata: { ...pointer, version: '1', phase: 'running' }, spec: {} };
      const { type } = kind;
      const query = { labelQuery: labels, idQuery: { regexp } };
      const options = { ...query, aggregated, bootstrapContents, tailEvents };
      const bytesOf: Readonly<Record<Operation, () => Uint8Array>> = {
        Get: () => encoded(GetRequestSchema, pointer),
        List: () => encoded(ListRequestSchema, { ...pointer, options: query }),
        Watch: () =>
          encoded(WatchRequestSchema, {
            namespace: pointer.namespace,
            type,
            apiVersion,
            options,
            ...(isSingle && { id }),
          }),
        Create: () => encoded(CreateRequestSchema, { resource }),
        Update: () => encoded(UpdateRequestSchema, { newResource: resource }),
        Destroy: () => encoded(DestroyRequestSchema, pointer),
        Teardown: () => encoded(TeardownRequestSchema, pointer),
        TeardownAndDestroy: () => encoded(TeardownRequestSchema, pointer),
      };
      return { operation, bytes: bytesOf[operation]() };
    },
  );

property.prop([
  fc.array(request, { minLength: 1, maxLength: 20 }),
  fc.constantFrom('os:reader', 'os:operator', 'other'),
])(
  'nothing of what is sensitive reaches who is no admin: not in answers, events, old values, errors, traces or graphs',
  async (requests, role) => {
    const state = new MemoryState({ clock: host.clock, random: host.random, types });
    await fill(state);
    const rolesOf = () => [role];
    const policy = {
      type: (name: string) => types.find(name),
      hasNamespace: (name: string) => name === 'cluster',
      openNamespaces: new Set(['opened']),
    };
    const service = stateService(state, {
      types,
      encodings: new EncodeCache(),
      pace: host.pace,
      access: apiAccess(policy, rolesOf),
    });
    const access = apiAccess(policy, rolesOf);
    const inspected = inspectService(() => [{ ...secretEdge }], { access });
    const [guarded, ...others] = guardServices([service, traceService(state, { access }), inspected], rolesOf);
    const told: string[] = [];
    const hear = (bytes: Uint8Array): undefined => void told.push(Buffer.from(bytes).toString('latin1'));
    const ending = new AbortController();
    const callOf = (method: string): ServerCall => ({
      method,
      peer: 'unix:',
      metadata: new Map(),
      timeLeft: undefined,
      organizations: [role],
      signal: ending.signal,
    });
    const answers = requests.map(async ({ operation, bytes }) => {
      const call = callOf(methodOf(operation));
      try {
        const answer = await guarded?.unary.get(call.method)?.(bytes, call);
        if (answer !== undefined) hear(answer);
        await guarded?.streams.get(call.method)?.(bytes, call, { write: hear, writePart: hear });
      } catch (thrown) {
        told.push(messageOf(thrown));
      }
    });
    // Long after all of them stand.
    for (let round = 0; round < 20; round += 1) await Promise.resolve();
    await change(state);
    for (let round = 0; round < 20; round += 1) await Promise.resolve();
    ending.abort();
    await Promise.all(answers);
    // Why an open resource is what it is: a secret is behind it. And who reads which secret.
    for (const [method, bytes] of [
      [TRACE_METHOD, encoded(TraceRequestSchema, { namespace: 'cluster', type: Member.type, id: 'a' })],
      [TRACE_METHOD, encoded(TraceRequestSchema, { namespace: 'cluster', type: secret.type, id: 'none' })],
      [DEPENDENCIES_METHOD, new Uint8Array(0)],
    ] as const) {
      const handlers = others.flatMap(({ unary }) => unary.get(method) ?? []);
      expect(handlers).toHaveLength(1);
      const ask = async () => handlers[0]?.(bytes, callOf(method)) ?? bytes;
      await ask().then(hear, (thrown) => void told.push(messageOf(thrown)));
    }
    // What was asked for may be repeated; what was not told by the caller itself may not.
    const asked = requests.some(({ bytes }) => Buffer.from(bytes).includes(`${CANARY}-id`));
    const secrets = ['spec', 'label', 'annotation', 'owner', 'finalizer', ...(asked ? [] : ['id'])];
    expect(secrets.filter((part) => told.some((text) => text.includes(`${CANARY}-${part}`)))).toEqual([]);
  },
);

function encoded<D extends DescMessage>(schema: D, fields: MessageInitShape<D>): Uint8Array {
  return toBinary(schema, create(schema, fields));
}

async function fill(state: MemoryState): Promise<void> {
  for (const namespace of ['cluster', 'opened']) {
    const metadata = newMetadata(
      { namespace, type: secret.type, id: `${CANARY}-id` },
      {
        labels: Labels.of({ [`${CANARY}-label`]: `${CANARY}-label` }),
        annotations: Labels.of({ a: `${CANARY}-annotation` }),
        finalizers: [`${CANARY}-finalizer`],
      },
    );
    await state.create({ metadata, spec: spec(`${CANARY}-spec`) }, { owner: `${CANARY}-owner` });
    await state.create({ metadata: newMetadata({ namespace, type: Member.type, id: 'a' }), spec: spec('open') });
  }
}

async function change(state: MemoryState): Promise<void> {
  for (const namespace of ['cluster', 'opened']) {
    const known = await state.get({ namespace, type: secret.type, id: `${CANARY}-id` });
    const changed = { ...known, spec: spec(`${CANARY}-spec-2`) };
    await state.update(changed, { owner: `${CANARY}-owner` });
    const position = state.origin?.(known.metadata)?.position ?? 0;
    const cause = { table: `${namespace}/${secret.type}`, key: `${CANARY}-id`, position };
    const open = collection(state, Member.in(namespace), () => ({ actor: 'derives', causes: [cause] }));
    await open.modify('a', (draft) => void (draft.hostname = 'derived'));
  }
}
