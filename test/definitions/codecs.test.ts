import { fromBinary, toBinary, type DescMessage } from '@bufbuild/protobuf';
import {
  Affiliate,
  DiscoveryConfig,
  Endpoint,
  HardwareAddr,
  HostnameStatus,
  Identity,
  Info,
  KubeSpanConfig,
  KubeSpanEndpoint,
  KubeSpanIdentity,
  KubeSpanPeerSpec,
  KubeSpanPeerStatus,
  Member,
  NodeAddress,
  NodeAddressFilter,
  Nodename,
  NodeStatus,
  type DeclaredType,
} from '@cosi-ts/resources';
import { arbitraryOf } from '@cosi-ts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as cluster from './gen/talos/resource/definitions/cluster_pb.ts';
import * as k8s from './gen/talos/resource/definitions/k8s_pb.ts';
import * as kubespan from './gen/talos/resource/definitions/kubespan_pb.ts';
import * as network from './gen/talos/resource/definitions/network_pb.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A declared type, and the message that it is to be. */
interface Pair {
  readonly type: string;
  readonly names: readonly string[];
  readonly specs: fc.Arbitrary<Fields>;
  readonly encode: (spec: Fields) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly message: DescMessage;
}

const pairs: readonly Pair[] = [
  pair(Identity, cluster.IdentitySpecSchema),
  pair(Affiliate, cluster.AffiliateSpecSchema),
  pair(Member, cluster.MemberSpecSchema),
  pair(DiscoveryConfig, cluster.ConfigSpecSchema),
  pair(Info, cluster.InfoSpecSchema),
  pair(KubeSpanConfig, kubespan.ConfigSpecSchema),
  pair(KubeSpanIdentity, kubespan.IdentitySpecSchema),
  pair(KubeSpanPeerSpec, kubespan.PeerSpecSpecSchema),
  pair(KubeSpanPeerStatus, kubespan.PeerStatusSpecSchema),
  pair(KubeSpanEndpoint, kubespan.EndpointSpecSchema),
  pair(HostnameStatus, network.HostnameStatusSpecSchema),
  pair(NodeAddress, network.NodeAddressSpecSchema),
  pair(NodeAddressFilter, network.NodeAddressFilterSpecSchema),
  pair(HardwareAddr, network.HardwareAddrSpecSchema),
  pair(Endpoint, k8s.EndpointSpecSchema),
  pair(Nodename, k8s.NodenameSpecSchema),
  pair(NodeStatus, k8s.NodeStatusSpecSchema),
];

/** Another reader of the same bytes, made by a protobuf compiler from Talos' field numbers: neither knows of the other. */
describe.each(pairs)('$type', ({ names, specs, encode, decode, message }) => {
  const fieldsByName = new Map(message.fields.map((field) => [plain(field.name), field]));

  test('has each of its fields, and no other', () => {
    expect(names.map(plain).toSorted()).toEqual([...fieldsByName.keys()].toSorted());
  });

  test('is what the compiled code writes and reads, field by field', () => {
    const property = fc.property(specs, (spec) => {
      const read = fromBinary(message, encode(spec));
      const told = read as unknown as Fields;
      for (const [name, value] of Object.entries(spec)) {
        const there = told[fieldsByName.get(plain(name))?.localName ?? ''];
        if (typeof value === 'string' && typeof there === 'string') expect(there).toBe(value);
        if (typeof value === 'boolean') expect(there).toBe(value);
        if (typeof value === 'number') expect(Number(there)).toBe(value);
        if (Array.isArray(value)) expect(there).toHaveLength(value.length);
      }
      expect(decode(toBinary(message, read, { writeUnknownFields: false }))).toEqual(spec);
    });
    fc.assert(property, { numRuns: 40 });
  });
});

function pair<S>(type: DeclaredType<S>, message: DescMessage): Pair {
  return {
    type: type.type,
    names: type.spec.shape.fields.map(({ name }) => name),
    specs: arbitraryOf(type) as fc.Arbitrary<Fields>,
    encode: (spec) => type.spec.encode(spec as S),
    decode: (bytes) => type.spec.decode(bytes),
    message,
  };
}

/** `affiliateID`, `affiliate_id` and `affiliateId` are one name. */
function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
