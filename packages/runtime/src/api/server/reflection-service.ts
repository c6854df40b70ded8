import { create, toBinary, type DescFile, type MessageInitShape } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { RpcStatus, type RpcService } from '@cosi-ts/core';
import { file_cosi_resource_meta } from '../../gen/cosi/resource/meta_pb.ts';
import { file_cosi_resource_state } from '../../gen/cosi/resource/state_pb.ts';
import { file_cosi_runtime_trace } from '../../gen/cosi/runtime/trace_pb.ts';
import { file_grpc_health_v1_health } from '../../gen/grpc/health/v1/health_pb.ts';
import {
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
  file_grpc_reflection_v1_reflection,
  type ServerReflectionRequest,
} from '../../gen/grpc/reflection/v1/reflection_pb.ts';
import { file_inspect_inspect } from '../../gen/inspect/inspect_pb.ts';
import { file_machine_machine } from '../../gen/machine/machine_pb.ts';
import { decodeRequest } from './handlers.ts';

const REFLECTION_SERVICE = 'grpc.reflection.v1.ServerReflection';

export const REFLECTION_METHOD = `/${REFLECTION_SERVICE}/ServerReflectionInfo`;

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse']>;

/** What a server offers, for tools that have no descriptions of their own: `grpcurl … list`. */
export function reflectionService(names: readonly string[]): RpcService {
  const services = [...names, REFLECTION_SERVICE].toSorted();
  const answerTo = ({ messageRequest: { case: kind, value } }: ServerReflectionRequest): Answer => {
    if (kind === 'listServices') {
      return { case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
    }
    if (kind === 'fileByFilename')
      return fileAnswer(
        allFiles().find(({ proto }) => proto.name === value),
        value,
      );
    if (kind === 'fileContainingSymbol')
      return fileAnswer(
        allFiles().find((file) => symbolsOf(file).has(value)),
        value,
      );
    return refusal('nothing here is extended');
  };
  return {
    name: REFLECTION_SERVICE,
    unary: new Map(),
    streams: new Map(),
    dialogs: new Map([
      [
        REFLECTION_METHOD,
        async (requests, _call, sink) => {
          for await (const bytes of requests) {
            const request = decodeRequest(ServerReflectionRequestSchema, bytes);
            const response = { validHost: request.host, originalRequest: request, messageResponse: answerTo(request) };
            await sink.write(
              toBinary(ServerReflectionResponseSchema, create(ServerReflectionResponseSchema, response)),
            );
          }
        },
      ],
    ]),
  };
}

let files: readonly DescFile[] | undefined;

/** All files that describe what we serve, with what they import. */
function allFiles(): readonly DescFile[] {
  files ??= [...new Set(ROOTS.flatMap(withImports))];
  return files;
}

const ROOTS = [
  file_cosi_resource_state,
  file_cosi_resource_meta,
  file_cosi_runtime_trace,
  file_machine_machine,
  file_inspect_inspect,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
];

function withImports(file: DescFile): readonly DescFile[] {
  return [file, ...file.dependencies.flatMap(withImports)];
}

/** Full names of what a file declares at its top, of its methods and of its fields. */
function symbolsOf(file: DescFile): ReadonlySet<string> {
  return new Set([
    ...file.messages.flatMap(({ typeName, fields }) => [typeName, ...fields.map(({ name }) => `${typeName}.${name}`)]),
    ...file.enums.map(({ typeName }) => typeName),
    ...file.services.flatMap(({ typeName, methods }) => [
      typeName,
      ...methods.map(({ name }) => `${typeName}.${name}`),
    ]),
  ]);
}

function fileAnswer(file: DescFile | undefined, wanted: string): Answer {
  if (file === undefined) return refusal(`there is no ${wanted}`);
  const all = [...new Set(withImports(file))];
  const fileDescriptorProto = all.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function refusal(errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode: RpcStatus.NOT_FOUND, errorMessage } };
}
