import { EndpointSchema } from '../gen/sidero/discovery/client/affiliate_pb.ts';
import type { AddressBytes } from './affiliate-data.ts';
import { codec } from './codec.ts';

/** Where a node's WireGuard can be reached. */
export interface EndpointData {
  readonly ip: AddressBytes;
  readonly port: number;
}

/** `sidero.discovery.client.Endpoint`. */
export const endpointData = codec(
  EndpointSchema,
  ({ ip, port }): EndpointData => ({ ip, port }),
  ({ ip, port }: EndpointData) => ({ ip, port }),
);
