import { create, toBinary } from '@bufbuild/protobuf';
import type { RpcService } from '@cosi-ts/core';
import { VersionResponseSchema } from '../../gen/machine/machine_pb.ts';
import { answeringNodes } from './named-nodes.ts';

/** What a node says of its software. All are free text but the tag. */
export interface NodeVersion {
  /** A semantic version with a leading `v`. */
  readonly tag: string;
  readonly sha?: string | undefined;
  readonly built?: string | undefined;
  /** Of what it was built with. */
  readonly language?: string | undefined;
  /** `linux`, and `amd64`, as Go names them. */
  readonly os?: string | undefined;
  readonly arch?: string | undefined;
  /** What the node runs on: a cloud, a hypervisor. */
  readonly platform?: string | undefined;
}

/**
 * The version of Talos that a node's API passes for. `talosctl` warns of every node that is older than itself and
 * refuses one whose tag is no semantic version; nothing else depends on it. So this is above all patches of the newest
 * line of clients that the interoperability tests drive, and a client from after that line still warns.
 */
export const TALOS_API_VERSION = 'v1.14.99';

const MACHINE_SERVICE = 'machine.MachineService';

export const VERSION_METHOD = `/${MACHINE_SERVICE}/Version`;

/** The part of `machine.MachineService` without which no command of `talosctl` goes on. */
export function machineService(version: NodeVersion): RpcService {
  const { tag, sha = '', built = '', language: goVersion = '', os = '', arch = '', platform = '' } = version;
  const message = {
    version: { tag, sha, built, goVersion, os, arch },
    platform: { name: platform, mode: '' },
    features: { rbac: true },
  };
  return {
    name: MACHINE_SERVICE,
    unary: new Map([
      [
        VERSION_METHOD,
        // Async only so that a refusal is a rejection.
        async (_request, call) => {
          const messages = answeringNodes(call).map((node) => ({ ...node, ...message }));
          return toBinary(VersionResponseSchema, create(VersionResponseSchema, { messages }));
        },
      ],
    ]),
    streams: new Map(),
  };
}
