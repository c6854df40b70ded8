import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, list, string, type SpecOf } from '../../define/fields.ts';

const fields = {
  /** `unknown`: the node does not know its addresses yet. `ready`: the node can have its device. `missing`: something is in the way. `off`: the node was started without. */
  state: enumOf({ unknown: 0, ready: 1, missing: 2, off: 3 })(1),
  /** `kernel` or `userspace`; empty if neither can be. */
  driver: string(2),
  /** What is in the way, a sentence each, for the operator. */
  missing: list(3, string),
};

export interface KubeSpanDeviceStatusSpec extends SpecOf<typeof fields> {}

/** Whether this node can have a WireGuard device: the id is the link's name. Only while KubeSpan is on. */
export const KubeSpanDeviceStatus: DeclaredType<KubeSpanDeviceStatusSpec> = defineResource({
  type: 'KubeSpanDeviceStatuses.kubespan.cosi.dev',
  namespace: 'kubespan',
  columns: { State: '{.state}', Driver: '{.driver}', Missing: '{.missing}' },
  fields,
});
