import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { bool, object, string, uint32, type SpecOf } from '../../define/fields.ts';
import { configLayer } from './config-layer.ts';
import { linkType } from './link-type.ts';
import { wireguard } from './wireguard.ts';

const fields = {
  name: string(1),
  /** Whether it is made when there is none. */
  logical: bool(2),
  up: bool(3),
  /** In bytes; 0 leaves it as it is. */
  mtu: uint32(4),
  kind: string(5),
  type: linkType(6),
  wireguard: object(13, wireguard, { omitEmpty: true }),
  configLayer: configLayer(14, { yaml: 'layer' }),
};

export interface LinkSpecSpec extends SpecOf<typeof fields> {}

/** A network link that shall be. Keys of WireGuard are in it. */
export const LinkSpec: DeclaredType<LinkSpecSpec> = defineResource({
  type: 'LinkSpecs.net.talos.dev',
  namespace: 'network',
  sensitive: true,
  fields,
});
