import { create, toBinary } from '@bufbuild/protobuf';
import type { RpcService } from '@cosi-ts/core';
import type { DependencyEdge } from '../../controller/graph/edges.ts';
import { ControllerRuntimeDependenciesResponseSchema, DependencyEdgeType } from '../../gen/inspect/inspect_pb.ts';
import { answeringNodes } from './named-nodes.ts';

const INSPECT_SERVICE = 'inspect.InspectService';

export const DEPENDENCIES_METHOD = `/${INSPECT_SERVICE}/ControllerRuntimeDependencies`;

/** Which controllers a node has, and what they read and write. */
export function inspectService(graph: () => readonly DependencyEdge[]): RpcService {
  return {
    name: INSPECT_SERVICE,
    unary: new Map([
      [
        DEPENDENCIES_METHOD,
        (_request, call) => {
          const edges = graph().map(edgeOf);
          const messages = answeringNodes(call).map((node) => ({ ...node, edges }));
          const schema = ControllerRuntimeDependenciesResponseSchema;
          return Promise.resolve(toBinary(schema, create(schema, { messages })));
        },
      ],
    ]),
    streams: new Map(),
  };
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

function edgeOf({ controller, kind, namespace, type, id }: DependencyEdge) {
  return {
    controllerName: controller,
    edgeType: EDGE_TYPES[kind],
    resourceNamespace: namespace,
    resourceType: type,
    resourceId: id ?? '',
  };
}
