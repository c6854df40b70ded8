import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Affiliate, NodeStatus } from '@cosi-ts/resources';
import { collection } from '@cosi-ts/runtime';
import { beforeAll, expect, test } from 'vitest';
import { startCosi } from '../../process.ts';
import { describeWithGo } from '../go-program.ts';
import { ApiServer, apiServerProgram } from './api-server.ts';
import { eventually, startTestNode } from './nodes.ts';
import { startProxy } from './proxy.ts';

const ID = 'cluster.talos.dev/node-id';
const IPS = 'networking.talos.dev/self-ips';

describeWithGo('the Kubernetes registry, on a real API server', () => {
  beforeAll(async () => void (await apiServerProgram()));

  test('needs a right that nodes have not; what `cosi gen kubernetes-access` prints grants it', async () => {
    const server = await ApiServer.start();
    await server.createNode('here', { podCIDRs: ['10.244.3.0/24'] });
    await server.createNode('there', { annotations: { [ID]: 'there', [IPS]: '172.20.0.3' } });
    const here = await startTestNode({ name: 'here', kubeconfig: await server.kubeconfig('here') });
    await eventually(async () => {
      expect(await here.status('kubernetes/pull')).toEqual({
        state: 'refused',
        endpoint: server.url,
        affiliates: 0,
        message: expect.stringMatching(
          /may not list nodes; `cosi gen kubernetes-access`.*User "system:node:here" cannot list/,
        ),
      });
      // Its own Node every node may read and write.
      expect(await here.status('kubernetes/node')).toMatchObject({ state: 'connected' });
      expect(await here.status('kubernetes/push')).toMatchObject({ state: 'connected', endpoint: server.url });
    });
    expect((await server.node('here'))?.metadata.annotations).toMatchObject({ [IPS]: '172.20.0.2' });
    const status = await collection(here.node.state, NodeStatus).get('here');
    expect(status.spec).toMatchObject({ nodeReady: true, podCIDRs: ['10.244.3.0/24'] });
    expect(await here.raw()).toEqual([]);

    await grantAccess(server);
    await eventually(async () => {
      expect(await here.raw()).toEqual(['k8s/there']);
      expect(await here.status('kubernetes/pull')).toMatchObject({ state: 'connected', affiliates: 1, message: '' });
    });
    const refused = here.log.filter(({ fields }) => String(fields['error']).includes('kubernetes-access'));
    expect(refused.map(({ line }) => line)).toEqual(['warn the Nodes of Kubernetes cannot be followed']);
  });

  test('writes a Node when something changed, and only then; nothing is left when it is off', async () => {
    const server = await ApiServer.start();
    await server.createNode('here', { annotations: { 'example.com/owner': 'somebody' } });
    const kubeconfig = await server.kubeconfig('here');
    const here = await startTestNode({ name: 'here', kubeconfig });
    const annotated = (ips: string) => async (): Promise<void> =>
      expect((await server.node('here'))?.metadata.annotations?.[IPS]).toBe(ips);
    await eventually(annotated('172.20.0.2'));
    const version = (await server.node('here'))?.metadata.resourceVersion;
    await here.owner.close();
    const again = await startTestNode({ name: 'here', kubeconfig, directory: here.directory });
    await eventually(async () => expect(await again.status('kubernetes/push')).toMatchObject({ state: 'connected' }));
    expect((await server.node('here'))?.metadata.resourceVersion).toBe(version);

    await again.configure({ isOn: true, addresses: ['172.20.0.2/24', '172.20.0.9/24'] });
    await eventually(annotated('172.20.0.2,172.20.0.9'));
    // Made anew, and written by somebody else.
    await server.deleteNode('here');
    await server.createNode('here', { annotations: { 'example.com/owner': 'somebody' } });
    await eventually(annotated('172.20.0.2,172.20.0.9'));
    await server.call('PATCH', '/api/v1/nodes/here', { metadata: { annotations: { [IPS]: null } } });
    await eventually(annotated('172.20.0.2,172.20.0.9'));

    await again.configure({ isOn: false });
    await eventually(async () => {
      expect((await server.node('here'))?.metadata.annotations).toEqual({ 'example.com/owner': 'somebody' });
    });
  });

  test('comes to know what happened while the server was away, although its history was compacted', async () => {
    const server = await ApiServer.start();
    await grantAccess(server);
    for (const name of ['here', 'a', 'b']) await server.createNode(name, { annotations: { [ID]: name } });
    const proxy = await startProxy(server.url);
    const here = await startTestNode({ name: 'here', kubeconfig: await server.kubeconfig('here', proxy.url) });
    await eventually(async () => expect(await here.raw()).toEqual(['k8s/a', 'k8s/b']));
    // The watch goes on where it was: nothing is listed again.
    proxy.close();
    await server.createNode('c', { annotations: { [ID]: 'c' } });
    await eventually(async () => expect(await here.status('kubernetes/pull')).toMatchObject({ state: 'failing' }));
    expect(await here.raw()).toEqual(['k8s/a', 'k8s/b']);
    proxy.open();
    await eventually(async () => expect(await here.raw()).toEqual(['k8s/a', 'k8s/b', 'k8s/c']));
    expect(listings(here.log)).toEqual([]);

    proxy.close();
    await server.deleteNode('a');
    await server.createNode('d', { annotations: { [ID]: 'd' } });
    await server.compact();
    await server.restart();
    expect(await here.raw()).toEqual(['k8s/a', 'k8s/b', 'k8s/c']);
    proxy.open();
    await eventually(async () => expect(await here.raw()).toEqual(['k8s/b', 'k8s/c', 'k8s/d']), 60_000);
    expect(listings(here.log).length).toBeGreaterThan(0);
    expect(String(listings(here.log)[0]?.fields['error'])).toMatch(/too old resource version|compacted/);
  });

  test('reads 500 Nodes, and of a change what changed', async () => {
    const server = await ApiServer.start();
    await grantAccess(server);
    await server.createNode('here');
    const names = Array.from({ length: 500 }, (_, at) => `node-${String(at).padStart(3, '0')}`);
    for (let at = 0; at < names.length; at += 25) {
      await Promise.all(
        names.slice(at, at + 25).map((name) => server.createNode(name, { annotations: { [ID]: name } })),
      );
    }
    const here = await startTestNode({ name: 'here', kubeconfig: await server.kubeconfig('here') });
    await eventually(async () => expect(await here.raw()).toEqual(names.map((name) => `k8s/${name}`)));
    expect(await here.status('kubernetes/pull')).toMatchObject({ affiliates: 500 });
    await server.call('PATCH', '/api/v1/nodes/node-250', { metadata: { annotations: { [IPS]: '172.20.9.9' } } });
    const raw = collection(here.node.state, Affiliate.in('cluster-raw'));
    await eventually(async () => expect((await raw.get('k8s/node-250')).spec.addresses).toEqual(['172.20.9.9']));
    const changed = (await raw.list()).filter(({ metadata }) => metadata.version !== 1);
    expect(changed.map(({ metadata }) => metadata.id)).toEqual(['k8s/node-250']);
    await server.deleteNode('node-499');
    await eventually(async () => expect(await here.raw()).toHaveLength(499));
  });

  test('takes credentials that are rotated, from files too, and a kubeconfig that leads elsewhere', async () => {
    const server = await ApiServer.start();
    await grantAccess(server);
    await server.createNode('here', { annotations: {} });
    await server.createNode('with-token', { annotations: { [ID]: 'other' } });
    const proxy = await startProxy(server.url);
    // A token file, by a path relative to the kubeconfig; not yet a good one.
    const kubeconfig = await server.writeKubeconfig('files', proxy.url, { tokenFile: 'token' });
    await writeFile(join(kubeconfig, '../token'), 'no such token\n');
    const node = await startTestNode({ name: 'with-token', kubeconfig });
    await eventually(async () => {
      const message = expect.stringContaining('the credentials are not accepted');
      expect(await node.status('kubernetes/pull')).toMatchObject({ state: 'refused', message });
    });
    await writeFile(join(kubeconfig, '../token'), 'a-token\n');
    await eventually(async () => expect(await node.status('kubernetes/push')).toMatchObject({ state: 'connected' }));
    expect(proxy.connections).toBeGreaterThan(0);

    // Certificates in files, past the proxy.
    const { certificate, key } = await server.client('with-token');
    await writeFile(join(kubeconfig, '../client.crt'), certificate);
    await writeFile(join(kubeconfig, '../client.key'), key);
    const direct = await server.writeKubeconfig('direct', server.url, {
      'client-certificate': '../kubeconfig-files/client.crt',
      'client-key': '../kubeconfig-files/client.key',
    });
    await writeFile(kubeconfig, await readFile(direct));
    await eventually(async () => {
      expect(await node.status('kubernetes/pull')).toMatchObject({ state: 'connected', endpoint: server.url });
      expect(proxy.connections).toBe(0);
    });
  });

  test('lets a node that was renamed speak on its new Node, although it cannot silence the old one', async () => {
    const server = await ApiServer.start();
    await grantAccess(server);
    for (const name of ['old', 'new']) await server.createNode(name);
    const kubeconfig = await server.kubeconfig('old');
    const node = await startTestNode({ name: 'old', kubeconfig });
    await eventually(async () => expect((await server.node('old'))?.metadata.annotations?.[ID]).toBeDefined());
    await writeFile(kubeconfig, await readFile(await server.kubeconfig('new')));
    await node.configure({ isOn: true, name: 'new' });
    await eventually(async () => expect((await server.node('new'))?.metadata.annotations?.[ID]).toBeDefined());
    expect((await server.node('old'))?.metadata.annotations?.[ID]).toBeDefined();
    expect(node.log.map(({ line }) => line)).toContain('warn annotations stay on the Node of another name: remove it');
    // And what the old one says is not taken for another node.
    expect(await node.raw()).toEqual([]);
  });
});

/** What the command prints, as an administrator applies it. */
async function grantAccess(server: ApiServer): Promise<void> {
  await server.apply((await startCosi('gen', 'kubernetes-access').ended).out);
}

function listings(log: Awaited<ReturnType<typeof startTestNode>>['log']) {
  return log.filter(({ line }) => line === 'debug the watch of Nodes is behind: listing them');
}
