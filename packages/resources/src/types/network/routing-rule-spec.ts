import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, ipPrefix, string, uint32, type SpecOf } from '../../define/fields.ts';
import { family } from './addressing.ts';
import { configLayer } from './config-layer.ts';
import { routingTable } from './routing.ts';

const action = enumOf({ unspec: 0, unicast: 1, blackhole: 6, unreachable: 7, prohibit: 8 });

const fields = {
  family: family(1),
  /** Empty: from and to anywhere. */
  src: ipPrefix(2),
  dst: ipPrefix(3),
  /** Where to look when the rule matches. */
  table: routingTable(4),
  /** The least is asked first. */
  priority: uint32(5),
  action: action(6),
  iifName: string(7, { omitEmpty: true }),
  oifName: string(8, { omitEmpty: true }),
  /** Matches packets whose mark, as far as the mask goes, is this. */
  fwMark: uint32(9, { omitEmpty: true }),
  fwMask: uint32(10, { omitEmpty: true }),
  configLayer: configLayer(11, { yaml: 'layer' }),
};

export interface RoutingRuleSpecSpec extends SpecOf<typeof fields> {}

/** A rule that says which packets look into which routing table. */
export const RoutingRuleSpec: DeclaredType<RoutingRuleSpecSpec> = defineResource({
  type: 'RoutingRuleSpecs.net.talos.dev',
  namespace: 'network',
  fields,
});
