import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { messageOf } from '@cosi-ts/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CreateRequestSchema,
  DestroyRequestSchema,
  EventSchema,
  GetResponseSchema,
  ListRequestSchema,
  UpdateRequestSchema,
  WatchRequestSchema,
  WatchResponseSchema,
} from '../../gen/cosi/resource/state_pb.ts';
import { resourceFrom, type ResourceFields } from './decode.ts';
import {
  readCreateRequest,
  readEvents,
  readPointerRequest,
  readResourceResponse,
  readUpdateRequest,
} from './read-messages.ts';
import type { WireSelection } from './query.ts';
import { readListRequest, readWatchRequest } from './read-queries.ts';

const types = { find: () => undefined };
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('__proto__', '\ufffd', '1'));
const instant = fc.record({
  seconds: fc.oneof(fc.integer(), fc.maxSafeInteger()).map(BigInt),
  nanos: fc.integer({ min: -5, max: 2 ** 31 - 1 }),
});
const labels = fc.dictionary(text, text, { maxKeys: 3 });
const resource = fc.record({
  metadata: fc.record(
    {
      namespace: text,
      type: text,
      id: text,
      version: fc.constantFrom('1', 'undefined', 'x'),
      owner: text,
      phase: fc.constantFrom('running', 'tearingDown', 'x'),
      created: instant,
      updated: instant,
      finalizers: fc.array(text, { maxLength: 3 }),
      labels,
      annotations: labels,
    },
    { requiredKeys: ['version', 'phase'] },
  ),
  spec: fc.record({ protoSpec: fc.uint8Array({ maxLength: 30 }), yamlSpec: text }, { requiredKeys: [] }),
});
const options = fc.record({ owner: text, expectedPhase: text }, { requiredKeys: [] });
const event = fc.record(
  {
    eventType: fc.integer({ min: 0, max: 9 }),
    resource,
    old: resource,
    error: text,
    bookmark: fc.uint8Array({ maxLength: 9 }),
  },
  { requiredKeys: [] },
);

const term = fc.record(
  {
    key: text,
    op: fc.integer({ min: 0, max: 9 }),
    value: fc.array(text, { maxLength: 3 }),
    invert: fc.boolean(),
  },
  { requiredKeys: [] },
);
const selected = {
  labelQuery: fc.array(fc.record({ terms: fc.array(term, { maxLength: 3 }) }), { maxLength: 3 }),
  idQuery: fc.record({ regexp: text }, { requiredKeys: [] }),
};
const selection = fc.record(selected, { requiredKeys: [] });
const watchOptions = fc.record(
  {
    ...selected,
    bootstrapContents: fc.boolean(),
    bootstrapBookmark: fc.boolean(),
    aggregated: fc.boolean(),
    tailEvents: fc.integer({ min: -1, max: 3 }),
    startFromBookmark: fc.uint8Array({ maxLength: 5 }),
  },
  { requiredKeys: [] },
);

const messages = fc.oneof(
  fc
    .record({ namespace: text, type: text, id: text, options }, { requiredKeys: [] })
    .map((fields) => toBinary(DestroyRequestSchema, create(DestroyRequestSchema, fields))),
  fc
    .record({ resource, options }, { requiredKeys: [] })
    .map((fields) => toBinary(CreateRequestSchema, create(CreateRequestSchema, fields))),
  fc
    .record({ newResource: resource, options }, { requiredKeys: [] })
    .map((fields) => toBinary(UpdateRequestSchema, create(UpdateRequestSchema, fields))),
  fc
    .record({ namespace: text, type: text, options: selection }, { requiredKeys: [] })
    .map((fields) =>
      toBinary(ListRequestSchema, create(ListRequestSchema, fields as MessageInitShape<typeof ListRequestSchema>)),
    ),
  fc
    .record(
      { namespace: text, type: text, id: text, apiVersion: fc.integer({ min: -1, max: 2 }), options: watchOptions },
      { requiredKeys: [] },
    )
    .map((fields) =>
      toBinary(WatchRequestSchema, create(WatchRequestSchema, fields as MessageInitShape<typeof WatchRequestSchema>)),
    ),
  fc.array(event, { maxLength: 3 }).map((events) => {
    const all = events.map((fields) => create(EventSchema, fields as MessageInitShape<typeof EventSchema>));
    return toBinary(WatchResponseSchema, create(WatchResponseSchema, { event: all }));
  }),
);
/** Fields that are in none of our messages, of every kind. */
const unknown = fc.constantFrom(
  [0x78, 1],
  [0x80, 1, 7],
  [0x82, 1, 1, 0x61],
  [0x85, 1, 1, 2, 3, 4],
  [0x81, 1, ...Array(8).fill(1)],
  [0x7d, 1, 2, 3, 4],
  [0x7b, 0x7c],
);

/** As they are written, damaged, one after the other, and none at all. */
const bytes = fc.oneof(
  messages,
  fc.tuple(messages, fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
    if (message.length > 0) message[at % message.length] = byte;
    return message;
  }),
  fc.tuple(messages, fc.nat()).map(([message, at]) => message.subarray(0, at % (message.length + 1))),
  fc.tuple(messages, messages).map(([one, other]) => Uint8Array.of(...one, ...other)),
  fc.tuple(messages, unknown).map(([message, field]) => Uint8Array.of(...message, ...field)),
  fc.uint8Array({ maxLength: 40 }),
);

/** What a resource means to whoever reads it. */
function meaning(fields: ResourceFields | undefined): unknown {
  if (fields === undefined) return undefined;
  try {
    return resourceFrom(fields, types);
  } catch (thrown) {
    return messageOf(thrown);
  }
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return 'malformed';
  }
}

test('what is read by hand is what the generated code makes of it, whatever the bytes', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      const owner = (of: { readonly owner?: string } | undefined) => of && (of.owner ?? '');
      const pointer = ({ namespace, type, id, options }: ReturnType<typeof readPointerRequest>) => [
        [namespace, type, id],
        owner(options),
      ];
      const write = ({ resource, options }: ReturnType<typeof readCreateRequest>) => [
        meaning(resource),
        options && [owner(options), options.expectedPhase],
      ];
      const events = (read: ReturnType<typeof readEvents>) =>
        read.map(({ resource, old, eventType, error, bookmark }) => [
          [meaning(resource), meaning(old), eventType, error],
          bookmark && [...bookmark],
        ]);
      const selects = (options: WireSelection | undefined) =>
        options && [
          options.labelQuery.map(({ terms }) =>
            terms.map(({ key, op, value, invert }) => [key, op, [...value], invert]),
          ),
          options.idQuery?.regexp,
        ];
      const list = ({ namespace, type, options }: ReturnType<typeof readListRequest>) => [
        [namespace, type],
        selects(options),
      ];
      const watch = ({ namespace, type, id, apiVersion, options }: ReturnType<typeof readWatchRequest>) => [
        [namespace, type, id, apiVersion],
        options && [
          selects(options),
          [options.bootstrapContents, options.bootstrapBookmark, options.aggregated, options.tailEvents],
          options.startFromBookmark && [...options.startFromBookmark],
        ],
      ];
      const pairs = [
        [() => list(readListRequest(given)), () => list(fromBinary(ListRequestSchema, given))],
        [() => watch(readWatchRequest(given)), () => watch(fromBinary(WatchRequestSchema, given))],
        [() => pointer(readPointerRequest(given)), () => pointer(fromBinary(DestroyRequestSchema, given))],
        [() => write(readCreateRequest(given)), () => write(fromBinary(CreateRequestSchema, given))],
        [
          () => write(readUpdateRequest(given)),
          () => {
            const { newResource, options } = fromBinary(UpdateRequestSchema, given);
            return write({ resource: newResource, options });
          },
        ],
        [() => meaning(readResourceResponse(given)), () => meaning(fromBinary(GetResponseSchema, given).resource)],
        [() => events(readEvents(given)), () => events(fromBinary(WatchResponseSchema, given).event)],
      ] as const;
      for (const [ours, theirs] of pairs) expect(outcome(ours)).toEqual(outcome(theirs));
    }),
    // The options of an update where those of a creation stand, which have no such field.
    {
      numRuns: 1000,
      examples: [[Uint8Array.of(18, 16, 10, 12, 34, 1, 49, 50, 7, 114, 117, 110, 110, 105, 110, 103, 18, 0)]],
    },
  );
});
