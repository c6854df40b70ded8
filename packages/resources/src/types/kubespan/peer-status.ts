import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, int64, ipPort, string, timestamp, type SpecOf } from '../../define/fields.ts';

const peerState = enumOf({ unknown: 0, up: 1, down: 2 });
export type KubeSpanPeerState = 'unknown' | 'up' | 'down';

const fields = {
  /** The endpoint that WireGuard uses. */
  endpoint: ipPort(1),
  label: string(2),
  state: peerState(3),
  receiveBytes: int64(4),
  transmitBytes: int64(5),
  lastHandshakeTime: timestamp(6),
  /** The endpoint that was chosen last, and when. */
  lastUsedEndpoint: ipPort(7),
  lastEndpointChange: timestamp(8),
};

export interface KubeSpanPeerStatusSpec extends SpecOf<typeof fields> {}

/** How it goes with a peer of the mesh. Its id is the peer's WireGuard public key in base64. */
export const KubeSpanPeerStatus: DeclaredType<KubeSpanPeerStatusSpec> = defineResource({
  type: 'KubeSpanPeerStatuses.kubespan.talos.dev',
  namespace: 'kubespan',
  columns: {
    Label: '{.label}',
    Endpoint: '{.endpoint}',
    State: '{.state}',
    Rx: '{.receiveBytes}',
    Tx: '{.transmitBytes}',
  },
  fields,
});
