import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, enumOf, object, string, uint32, type SpecOf } from '../../define/fields.ts';
import { linkType } from './link-type.ts';
import { wireguard } from './wireguard.ts';

const operationalState = enumOf({
  unknown: 0,
  notPresent: 1,
  down: 2,
  lowerLayerDown: 3,
  testing: 4,
  dormant: 5,
  up: 6,
});

const fields = {
  alias: string(31, { omitEmpty: true }),
  /** The kernel's number of the link: another one when it was made anew. */
  index: uint32(1),
  type: linkType(2),
  mtu: uint32(7),
  operationalState: operationalState(10),
  kind: string(11),
  linkState: bool(22),
  wireguard: object(29, wireguard, { omitEmpty: true }),
};

export interface LinkStatusSpec extends SpecOf<typeof fields> {}

/** A network link as it is; told of those that the node made itself. The id is its name. */
export const LinkStatus: DeclaredType<LinkStatusSpec> = defineResource({
  type: 'LinkStatuses.net.talos.dev',
  namespace: 'network',
  columns: {
    Alias: '{.alias}',
    Type: '{.type}',
    Kind: '{.kind}',
    'Hw Addr': '{.hardwareAddr}',
    'Oper State': '{.operationalState}',
    'Link State': '{.linkState}',
  },
  aliases: ['link', 'links'],
  fields,
});
