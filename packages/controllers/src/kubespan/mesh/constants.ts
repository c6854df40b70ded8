import type { IpPrefix } from '@cosi-ts/resources';

/** The UDP port of the device. */
export const MESH_PORT = 51_820;

/** The routing table whose one route leads into the mesh. */
export const MESH_TABLE = '180';

/** The priority of the rule that leads there. */
export const RULE_PRIORITY = 32_500;

/** The mark of packets that the device has encrypted: they leave by the ordinary way. */
export const SENT_MARK = 0x20;

/** The mark of packets that shall go through the mesh. */
export const FORCED_MARK = 0x40;

/** The bits that both marks are in. */
export const MARK_MASK = 0x60;

/** How often a peer hears from us at least, so that what lies between keeps the way open. */
export const KEEPALIVE = '25s';

/** Bytes of a packet in the mesh, where the configuration says nothing. */
export const DEFAULT_MTU = 1420;

export const ANYWHERE = '' as IpPrefix;
