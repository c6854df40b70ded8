import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, flagsOf, ipAddress, ipPrefix, string, uint32, type SpecOf } from '../../define/fields.ts';
import { family, scope } from './addressing.ts';
import { configLayer } from './config-layer.ts';
import { routingTable } from './routing.ts';

const routeType = enumOf({
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
});

const routeFlags = flagsOf({ notify: 256, cloned: 512, equalize: 1024, prefix: 2048 });

const routeProtocol = enumOf({ unspec: 0, redirect: 1, kernel: 2, boot: 3, static: 4, ra: 9, dhcp: 16 });

const fields = {
  family: family(1),
  /** Empty: everything. */
  destination: ipPrefix(2, { yaml: 'dst' }),
  source: ipAddress(3, { yaml: 'src' }),
  gateway: ipAddress(4),
  outLinkName: string(5, { omitEmpty: true }),
  table: routingTable(6),
  /** The metric: the least wins. */
  priority: uint32(7, { omitEmpty: true }),
  scope: scope(8),
  type: routeType(9),
  flags: routeFlags(10),
  protocol: routeProtocol(11),
  configLayer: configLayer(12, { yaml: 'layer' }),
  /** In bytes; 0 leaves it to the link. */
  mtu: uint32(13, { omitEmpty: true }),
};

export interface RouteSpecSpec extends SpecOf<typeof fields> {}

/** A route that shall be. */
export const RouteSpec: DeclaredType<RouteSpecSpec> = defineResource({
  type: 'RouteSpecs.net.talos.dev',
  namespace: 'network',
  fields,
});
