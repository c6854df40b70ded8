import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { RpcService, ServerCall } from '@cosi-ts/core';
import type { DependencyEdge } from '../../controller/graph/edges.ts';
import {
  ControllerRuntimeDependenciesResponseSchema,
  ControllerRuntimeDependencySchema,
  DependencyEdgeType,
} from '../../gen/inspect/inspect_pb.ts';
import type { AccessRule } from '../access.ts';
import { answeringNodes } from './named-nodes.ts';

const INSPECT_SERVICE = 'inspect.InspectService';

export const DEPENDENCIES_METHOD = `/${INSPECT_SERVICE}/ControllerRuntimeDependencies`;

export interface InspectServiceOptions {
  /** What a caller may read; by default everything. */
  readonly access?: ((call: ServerCall) => AccessRule) | undefined;
}

/**
 * Which controllers a node has, and what they read and write. That there are types is known to all; ids of what a caller
 * may not list are left out.
 */
export function inspectService(
  graph: () => readonly DependencyEdge[],
  { access }: InspectServiceOptions = {},
): RpcService {
  return {
    name: INSPECT_SERVICE,
    unary: new Map([
      [
        DEPENDENCIES_METHOD,
        // Async only so that a refusal is a rejection.
        async (_request, call) => {
          const rule: AccessRule = access?.(call) ?? (() => undefined);
          const edges = encoded({ edges: graph().map((edge) => edgeOf(edge, rule)) });
          const writer = new BinaryWriter();
          // Encoded once, however many names the caller has for this node: the fields of a message may come in pieces.
          for (const node of answeringNodes(call))
            writer.tag(MESSAGES, WireType.LengthDelimited).bytes(Buffer.concat([encoded(node), edges]));
          return writer.finish();
        },
      ],
    ]),
    streams: new Map(),
  };
}

/** The number of `messages` in the response. */
const MESSAGES = ControllerRuntimeDependenciesResponseSchema.field.messages.number;

function encoded(part: MessageInitShape<typeof ControllerRuntimeDependencySchema>): Uint8Array {
  return toBinary(ControllerRuntimeDependencySchema, create(ControllerRuntimeDependencySchema, part));
}

/** The kinds of a queue's inputs came after this message, which has no number of its own for them. */
const EDGE_TYPES: Readonly<Record<DependencyEdge['kind'], DependencyEdgeType>> = {
  exclusive: DependencyEdgeType.OUTPUT_EXCLUSIVE,
  shared: DependencyEdgeType.OUTPUT_SHARED,
  strong: DependencyEdgeType.INPUT_STRONG,
  weak: DependencyEdgeType.INPUT_WEAK,
  destroyReady: DependencyEdgeType.INPUT_DESTROY_READY,
  primary: DependencyEdgeType.INPUT_STRONG,
  mapped: DependencyEdgeType.INPUT_WEAK,
  mappedDestroyReady: DependencyEdgeType.INPUT_DESTROY_READY,
};

function edgeOf({ controller, kind, namespace, type, id = '' }: DependencyEdge, rule: AccessRule) {
  const isHidden = id !== '' && rule({ namespace, type, id: '', verb: 'list' }) !== undefined;
  return {
    controllerName: controller,
    edgeType: EDGE_TYPES[kind],
    resourceNamespace: namespace,
    resourceType: type,
    resourceId: isHidden ? '' : id,
  };
}
