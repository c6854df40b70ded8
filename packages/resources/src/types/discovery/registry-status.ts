import { defineResource, type DeclaredType } from '../../define/define-resource.ts';
import { enumOf, int32, string, type SpecOf } from '../../define/fields.ts';

const state = enumOf({ waiting: 0, connected: 1, refused: 2, failing: 3 });

/**
 * `waiting`: something is missing that this node waits for. `connected`: all is well. `refused`: the registry answers, and
 * does not allow it. `failing`: it does not answer, or not as it should. In the latter two it is tried again.
 */
export type RegistryState = 'waiting' | 'connected' | 'refused' | 'failing';

const fields = {
  state: state(1),
  /** Where the registry is; empty as long as that is not known. */
  endpoint: string(2),
  /** The other nodes that it tells of. */
  affiliates: int32(3),
  /** What is wrong, and what to do about it; empty if nothing is. */
  message: string(4),
};

export interface RegistryStatusSpec extends SpecOf<typeof fields> {}

/**
 * How this node stands with a registry, by what it does there: `kubernetes/pull` reads the other Nodes, `kubernetes/node`
 * its own Node, `kubernetes/push` writes to that; `service/<name>` is a discovery service.
 */
export const RegistryStatus: DeclaredType<RegistryStatusSpec> = defineResource({
  type: 'RegistryStatuses.discovery.cosi.dev',
  namespace: 'cluster',
  columns: {
    State: '{.state}',
    Endpoint: '{.endpoint}',
    Affiliates: '{.affiliates}',
    Message: '{.message}',
  },
  fields,
});
