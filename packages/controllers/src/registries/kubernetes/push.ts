import { Backoff, DeadlineError, messageOf, ownedHost, type Host } from '@cosi-ts/core';
import {
  Affiliate,
  DiscoveryConfig,
  Identity,
  MachineResetSignal,
  NodeStatus,
  RegistryStatus,
} from '@cosi-ts/resources';
import {
  RequeueError,
  defineQueueController,
  mapped,
  removeOutput,
  shared,
  writeOutput,
  type Controller,
  type PortsOf,
} from '@cosi-ts/runtime';
import { conditionOf, NO_KUBECONFIG, statusOf, waiting, type AccessCondition } from './access-condition.ts';
import { annotationsOf, missingFrom } from './annotations.ts';
import { KubernetesError, type KubernetesAccess } from './api.ts';
import { NodePatcher } from './node-patcher.ts';
import { isSeenInKubernetes } from './seen.ts';

export const KUBERNETES_PUSH_CONTROLLER = 'cluster.KubernetesPushController';

const ports = {
  config: mapped(DiscoveryConfig, { id: 'cluster' }),
  identity: mapped(Identity, { id: 'local' }),
  affiliates: mapped(Affiliate.in('cluster')),
  nodeStatus: mapped(NodeStatus),
  reset: mapped(MachineResetSignal, { id: 'machine' }),
  statuses: shared(RegistryStatus),
} as const;

type Ports = PortsOf<typeof ports>;

const PUSH = 'kubernetes/push';

/**
 * The writing half of the Kubernetes registry: sees to it that the Node says of this node what the local affiliate does,
 * whoever changed it, and nothing any more once the registry is off or the node leaves. What is there is not written.
 */
export function kubernetesPushController(
  host: Host,
  access: KubernetesAccess | undefined,
  directory: string,
): Controller {
  const toPush = (): readonly string[] => [PUSH];
  return defineQueueController({
    name: KUBERNETES_PUSH_CONTROLLER,
    ports,
    mappers: { config: toPush, identity: toPush, affiliates: toPush, nodeStatus: toPush, reset: toPush },
    start: ({ owner, log }) => {
      const owned = { ...ownedHost(host, owner), log };
      const run: Run = {
        log,
        patcher: access && new NodePatcher({ host: owned, owner, access, directory }),
        backoff: new Backoff(host.random, { cap: 20_000 }),
        condition: undefined,
        written: undefined,
      };
      return (at) => reconcile(at, run);
    },
  });
}

/** One run of the controller, from its start to its end or crash. */
interface Run {
  readonly log: Host['log'];
  readonly patcher: NodePatcher | undefined;
  readonly backoff: Backoff;
  condition: AccessCondition | undefined;
  /** What was written last, and to what state of the Node: until that changes, it is not written again. */
  written: string | undefined;
}

async function reconcile(at: Ports, run: Run): Promise<void> {
  const config = await at.config.find('cluster');
  const reset = await at.reset.find('machine');
  if (config === undefined && reset === undefined) return;
  const isOn = config?.spec.registryKubernetesEnabled === true && reset === undefined;
  const condition = await attempt(run, () => (isOn ? push(at, run) : takeBack(run)));
  if (condition === undefined) await removeOutput(at.statuses, PUSH, KUBERNETES_PUSH_CONTROLLER);
  else await writeOutput(at.statuses, PUSH, statusOf(condition, 0), KUBERNETES_PUSH_CONTROLLER);
  report(run, condition);
  if (condition?.state === 'refused' || condition?.state === 'failing') throw new RequeueError(run.backoff.next());
  run.backoff.reset();
  if (reset !== undefined) await at.reset.removeFinalizer('machine', KUBERNETES_PUSH_CONTROLLER);
}

async function push(at: Ports, run: Run): Promise<AccessCondition> {
  const { patcher } = run;
  if (patcher === undefined) return NO_KUBECONFIG;
  const identity = await at.identity.find('local');
  const affiliate = identity && (await at.affiliates.find(identity.spec.nodeId));
  if (affiliate === undefined) return waiting('this node does not know itself yet');
  const { nodename } = affiliate.spec;
  await leaveOtherNode(patcher, nodename, run.log);
  const node = await at.nodeStatus.find(nodename);
  if (node === undefined || !isSeenInKubernetes(node)) return waiting(`there is no Node ${nodename} in Kubernetes`);
  const changes = missingFrom(node.spec.annotations, annotationsOf(affiliate.spec));
  const writing = JSON.stringify([nodename, node.metadata.version, changes]);
  if (changes !== undefined && writing !== run.written) {
    if (!(await patcher.annotate(nodename, changes))) return waiting(`there is no Node ${nodename} in Kubernetes`);
    run.written = writing;
  }
  return { state: 'connected', server: patcher.server, message: '' };
}

/** A node that was renamed spoke on another Node. */
async function leaveOtherNode(patcher: NodePatcher, nodename: string, log: Host['log']): Promise<void> {
  const before = await patcher.annotated();
  if (before === undefined || before === nodename) return;
  try {
    await patcher.takeBack();
  } catch (thrown) {
    if (!(thrown instanceof KubernetesError) || thrown.status !== 403) throw thrown;
    // Kubernetes lets a node change its own Node only.
    log.warn('annotations stay on the Node of another name: remove it', { node: before, error: messageOf(thrown) });
    await patcher.forget();
  }
}

async function takeBack({ patcher }: Run): Promise<undefined> {
  await patcher?.takeBack();
}

/** What became of it; undefined if there is nothing to say any more. */
async function attempt<T>({ patcher }: Run, work: () => Promise<T>): Promise<T | AccessCondition> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KubernetesError || thrown instanceof DeadlineError)) throw thrown;
    return conditionOf(thrown, { verb: 'patch', server: patcher?.server ?? '' });
  }
}

function report(run: Run, condition: AccessCondition | undefined): void {
  const isNew = condition?.state !== run.condition?.state || condition?.message !== run.condition?.message;
  run.condition = condition;
  if (!isNew || condition === undefined) return;
  const { server, state, message } = condition;
  if (state === 'connected') run.log.info('this node is published in Kubernetes', { server });
  else if (state === 'waiting') run.log.info('this node is not published in Kubernetes yet', { reason: message });
  else run.log.warn('this node cannot be published in Kubernetes', { server, error: message });
}
