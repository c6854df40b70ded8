import { Namespace, definitionOf, type ResourceType } from '@cosi-ts/resources';
import { collection, type State } from '@cosi-ts/runtime';

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  meta: 'Metadata about the resources themselves.',
  cluster: 'Cluster configuration and discovery resources.',
  'cluster-raw': 'Cluster unmerged raw resources.',
  config: 'Talos node configuration.',
  controlplane: 'Kubernetes control plane resources.',
  files: 'Files that the system keeps.',
  k8s: 'Kubernetes all node types resources.',
  kubespan: 'KubeSpan resources.',
  network: 'Networking resources.',
  'network-config': 'Networking configuration, before it is applied.',
  runtime: 'State of the running system.',
};

/** The namespaces that a node has: those described above, the defaults of its types, and those that it opens. */
export function namespaceNames(
  types: Iterable<ResourceType>,
  open: ReadonlySet<string> | undefined,
): ReadonlySet<string> {
  return new Set([...Object.keys(DESCRIPTIONS), ...[...types].map(({ namespace }) => namespace), ...(open ?? [])]);
}

/** Writes what the `meta` namespace tells clients: the namespaces and the types there are. */
export async function registerMeta(
  state: State,
  types: Iterable<ResourceType>,
  open: ReadonlySet<string> | undefined,
): Promise<void> {
  const namespaces = collection(state, Namespace);
  for (const name of namespaceNames(types, open)) {
    const description = DESCRIPTIONS[name] ?? (open?.has(name) === true ? 'Open to admins.' : '');
    await namespaces.create(name, { description }, { owner: 'meta' });
  }
  for (const type of types) await state.create(definitionOf(type), { owner: 'meta' });
}
