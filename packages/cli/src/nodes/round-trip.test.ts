import { join } from 'node:path';
import { realHost, timestampFromInstant, withoutFraction, type Timestamp } from '@cosi-ts/core';
import {
  Affiliate,
  Labels,
  builtinTypes,
  parseResourceYaml,
  typeRegistry,
  versionOf,
  type AffiliateSpec,
  type DeclaredType,
  type IpAddress,
  Namespace,
  type Resource,
} from '@cosi-ts/resources';
import { remoteState, type State } from '@cosi-ts/runtime';
import { arbitraryOf } from '@cosi-ts/testing';
import fc from 'fast-check';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { finish, startNode, temporaryDirectory, type FixtureNode } from './nodes.fixture.ts';

const host = realHost();
const types = typeRegistry();
/** A machine configuration is printed as the text that it is, and so is no YAML form of a resource. */
const SHOWN: ReadonlyMap<string, DeclaredType<object>> = new Map(
  builtinTypes.map((type) => [type.type, type] as const).filter(([name]) => name !== 'MachineConfigs.config.talos.dev'),
);
const shown = (name: string): DeclaredType<object> => SHOWN.get(name) as DeclaredType<object>;

const text = fc.oneof(
  fc.constantFrom('', 'true', '123', '~', ' a ', '- a', 'a: b', '#', "'", '"', 'a\nb\n', '\n', '---', '__proto__'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const labels = fc.array(fc.tuple(text, text), { maxLength: 3 }).map(Labels.from);
const time = fc
  .record({ seconds: fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), nanos: fc.nat(999_999_999) })
  .map(timestampFromInstant);
const metadata = fc.record({
  owner: text,
  phase: fc.constantFrom('running' as const, 'tearingDown' as const),
  finalizers: fc.uniqueArray(text, { maxLength: 3 }),
  labels,
  annotations: labels,
  created: time,
});
/** Some resources of one type. */
const resources = fc.constantFrom(...SHOWN.keys()).chain((name) =>
  fc.record({
    name: fc.constant(name),
    given: fc.array(fc.record({ id: text, spec: arbitraryOf(shown(name)), metadata }), { minLength: 1, maxLength: 4 }),
  }),
);

/** Of which its YAML form says less than its other one. */
const ADDRESS_ALONE = {
  id: 'a',
  spec: {
    nodeId: '',
    addresses: [],
    hostname: '',
    nodename: '',
    operatingSystem: '',
    machineType: 'unknown',
    kubespan: {
      publicKey: '',
      address: '0.0.0.0' as IpAddress,
      additionalAddresses: [],
      endpoints: [],
      excludeAdvertisedNetworks: [],
    },
    controlPlane: undefined,
  } satisfies AffiliateSpec,
  metadata: {
    owner: '',
    phase: 'running' as const,
    finalizers: [],
    labels: Labels.from([]),
    annotations: Labels.from([]),
    created: timestampFromInstant({ seconds: 0, nanos: 0 }),
  },
};

let cluster: string;
let node: FixtureNode;
let remote: State;
let namespaces = 0;

beforeEach(async () => {
  cluster = await temporaryDirectory();
  node = await startNode(join(cluster, 'a'), { addresses: ['172.20.0.2/16'], hostname: 'a' });
  const channel = host.rpc.connect({ address: node.listener.address });
  onTestFinished(() => channel.close());
  remote = remoteState(channel, { types });
});

test('any resource with any labels survives client, server, `cosi get -o yaml`, and the way back', () =>
  fc.assert(
    fc.asyncProperty(resources, async ({ name, given }) => {
      const here = shown(name).in(`n${(namespaces += 1)}`);
      await node.state.create(Namespace.create(here.namespace, { description: '' }));
      const created = new Map<string, Resource>();
      for (const { id, spec, metadata } of given) {
        if (created.has(id)) continue;
        const made = here.create(id, spec, metadata);
        created.set(id, await remote.create(made, { owner: metadata.owner }));
      }

      const { exitCode, out, err } = await finish([
        'get',
        name,
        '--namespace',
        here.namespace,
        '-o',
        'yaml',
        '--state',
        cluster,
      ]);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });

      const printed = out.split(/^---\n/m).map((document) => {
        expect(document).toMatch(/^node: 172\.20\.0\.2\n/);
        return parseResourceYaml(document.replace(/^.*\n/, ''), types);
      });
      expect(new Map(printed.map((resource) => [resource.metadata.id, resource]))).toEqual(
        new Map([...created].map(([id, resource]) => [id, asPrinted(resource)])),
      );

      // And once more into a state, as somebody who restores what was printed.
      for (const { metadata, spec } of printed) {
        const elsewhere = { ...metadata, namespace: `${here.namespace}-restored`, version: versionOf(1) };
        await remote.create({ metadata: elsewhere, spec }, { owner: metadata.owner });
        const restored = await node.state.get(elsewhere);
        expect(restored.spec).toEqual(spec);
        expect({ ...restored.metadata, created: '', updated: '' }).toEqual({ ...elsewhere, created: '', updated: '' });
      }
    }),
    { numRuns: 30, examples: [[{ name: Affiliate.type, given: [ADDRESS_ALONE] }]] },
  ));

/**
 * As the YAML form has it: times in whole seconds, and, as in Talos, of what an affiliate says of KubeSpan nothing if that is
 * an address alone.
 */
function asPrinted({ metadata, spec }: Resource): Resource {
  const whole = (time: Timestamp): Timestamp => withoutFraction(time) as Timestamp;
  const times = { created: whole(metadata.created), updated: whole(metadata.updated) };
  return {
    metadata: { ...metadata, ...times },
    spec: metadata.type === Affiliate.type ? printed(spec as AffiliateSpec) : spec,
  };
}

function printed(spec: AffiliateSpec): AffiliateSpec {
  const { publicKey, additionalAddresses, endpoints, excludeAdvertisedNetworks } = spec.kubespan;
  const isSaid = [publicKey, additionalAddresses, endpoints, excludeAdvertisedNetworks].some(
    ({ length }) => length > 0,
  );
  return isSaid ? spec : { ...spec, kubespan: { ...spec.kubespan, address: '' as IpAddress } };
}
