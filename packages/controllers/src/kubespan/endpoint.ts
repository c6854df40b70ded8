import { Affiliate, KubeSpanConfig, KubeSpanEndpoint, KubeSpanPeerStatus, type IpPort } from '@cosi-ts/resources';
import { mapped, merge, type Controller } from '@cosi-ts/runtime';

/**
 * The endpoints at which this node reaches its peers, harvested for others: they are published as those of the peer,
 * and help where a node does not know itself how it is seen. Only while the configuration asks for it.
 */
export const kubespanEndpointController: Controller = merge({
  name: 'kubespan.EndpointController',
  input: Affiliate.in('cluster'),
  output: KubeSpanEndpoint,
  key: ({ spec }) => (spec.kubespan.publicKey === '' ? undefined : spec.kubespan.publicKey),
  extra: { config: mapped(KubeSpanConfig, { id: 'kubespan' }), statuses: mapped(KubeSpanPeerStatus) },
  extraKeys: { config: 'every' },
  merge: async ([affiliate], publicKey, { ports }) => {
    const config = await ports.config.find('kubespan');
    if (affiliate === undefined || config?.spec.harvestExtraEndpoints !== true) return undefined;
    const status = await ports.statuses.find(publicKey);
    if (status?.spec.state !== 'up' || status.spec.endpoint === NO_ENDPOINT) return undefined;
    return { affiliateID: affiliate.spec.nodeId, endpoint: status.spec.endpoint };
  },
});

const NO_ENDPOINT = '' as IpPort;
