/** What a node of the lab is configured with. */
export interface MeshConfig {
  readonly name: string;
  /** Which of its addresses are endpoints; all by default. */
  readonly filters?: readonly string[];
  readonly enabled?: boolean;
  readonly forceRouting?: boolean;
}

/** The machine configuration of a node whose discovery service is the lab's. */
export function meshConfig({ name, filters = [], enabled = true, forceRouting = false }: MeshConfig): string {
  return [
    'version: v1alpha1',
    'machine:',
    '    type: worker',
    '    network:',
    `        hostname: ${name}`,
    '        kubespan:',
    `            enabled: ${enabled}`,
    '            advertiseKubernetesNetworks: true',
    '            harvestExtraEndpoints: true',
    `            allowDownPeerBypass: ${!forceRouting}`,
    ...(filters.length === 0
      ? []
      : [
          '            filters:',
          '                endpoints:',
          ...filters.map((filter) => `                    - '${filter}'`),
        ]),
    'cluster:',
    '    id: yui150Ogam0pdQoNZS2lZR-ihi8EWxNM17bZPktJKKE=',
    '    secret: dAmFcyNmDXusqnTSkPJrsgLJ38W8oEEXGZKM0x6Orpc=',
    '    network:',
    '        podSubnets:',
    '            - 10.244.0.0/16',
    '    discovery:',
    '        enabled: true',
    '        registries:',
    '            service:',
    '                endpoint: http://10.77.0.254:3000/',
    '',
  ].join('\n');
}
