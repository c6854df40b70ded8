import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeWithGo, goProgram } from '../go-program.ts';
import { expectSeen, joinGo, joinTs, newCluster, type Join } from './nodes.ts';
import { anyPublication, controlPlaneNode, endpoint, workerNode } from './samples.ts';
import { certificate, startOurs, startTheirs, type StartService } from './services.ts';

const SERVICES: readonly (readonly [string, StartService])[] = [
  ['our service', startOurs],
  ['the published service', startTheirs],
];

const DIRECTIONS: readonly Direction[] = [
  { one: 'a Go node', join: joinGo, other: 'a TypeScript node', joinOther: joinTs },
  { one: 'a TypeScript node', join: joinTs, other: 'a Go node', joinOther: joinGo },
];

interface Direction {
  readonly one: string;
  readonly join: Join;
  readonly other: string;
  readonly joinOther: Join;
}

describeWithGo('nodes of both kinds', () => {
  beforeAll(() => goProgram('discovery'));

  describe.each(SERVICES)('at %s', (_, start) => {
    test('form one cluster', async () => {
      const { address: service } = await start();
      const cluster = newCluster();
      const joins: readonly Join[] = [joinGo, joinTs, joinGo, joinTs];
      const nodes = await Promise.all(joins.map((join, index) => join(`node-${index}`, { service, cluster })));
      const publications = nodes.map(({ id }, index) => (index < 2 ? controlPlaneNode(id) : workerNode(id)));
      for (const [index, what] of publications.entries()) nodes[index]?.publish(what);
      for (const node of nodes) {
        await expectSeen(node, ...publications.filter(({ affiliate }) => affiliate.nodeId !== node.id));
        expect(node.publicIp()).toBe('7f000001');
      }
    });

    test.each(DIRECTIONS)('$one reports endpoints of another, and $other sees them', async ({ join, joinOther }) => {
      const { address: service } = await start();
      const cluster = newCluster();
      const [reporter, subject, observer] = await Promise.all([
        join('reporter', { service, cluster }),
        join('subject', { service, cluster }),
        joinOther('observer', { service, cluster }),
      ]);
      const own = controlPlaneNode('subject');
      subject.publish(own);
      await expectSeen(observer, own);
      const found = [endpoint('192.0.2.7', 40_000), endpoint('2001:db8::7', 40_001)];
      const known = own.endpoints.slice(0, 1);
      reporter.publish({
        ...workerNode('reporter'),
        others: [{ affiliateId: 'subject', endpoints: [...known, ...found] }],
      });
      // What both tell is sealed alike, so the service keeps it once.
      await expectSeen(observer, workerNode('reporter'), { ...own, endpoints: [...own.endpoints, ...found] });
    });

    test.each(DIRECTIONS)('$one changes, leaves and comes back, and $other sees it', async ({ join, joinOther }) => {
      const { address: service } = await start();
      const cluster = newCluster();
      const [node, observer] = await Promise.all([
        join('node', { service, cluster }),
        joinOther('observer', { service, cluster }),
      ]);
      const before = controlPlaneNode('node');
      const after = { ...before, affiliate: { ...before.affiliate, hostname: 'renamed', addresses: [] } };
      node.publish(before);
      await expectSeen(observer, before);
      node.publish(after);
      await expectSeen(observer, after);
      node.leave();
      await expectSeen(observer);
      node.publish(workerNode('node'));
      await expectSeen(observer, workerNode('node'));
    });

    test.each(DIRECTIONS)('$one vanishes, and $other sees it when its TTL ends', async ({ join, joinOther }) => {
      const { address: service } = await start();
      const cluster = newCluster();
      const [mortal, rest, observer] = await Promise.all([
        join('mortal', { service, cluster, ttl: 3000 }),
        join('rest', { service, cluster }),
        joinOther('observer', { service, cluster }),
      ]);
      mortal.publish(controlPlaneNode('mortal'));
      rest.publish(workerNode('rest'));
      await expectSeen(observer, controlPlaneNode('mortal'), workerNode('rest'));
      await mortal.vanish();
      await expectSeen(observer, workerNode('rest'));
    });

    test('form one cluster over TLS', async () => {
      const files = await certificate();
      const { address: service } = await start({ certificate: files });
      const options = { service, cluster: newCluster(), authority: files.authority };
      const [one, other] = await Promise.all([joinGo('go', options), joinTs('ts', options)]);
      one.publish(controlPlaneNode('go'));
      other.publish(controlPlaneNode('ts'));
      await expectSeen(one, controlPlaneNode('ts'));
      await expectSeen(other, controlPlaneNode('go'));
    });

    test('find each other again after a restart of it', async () => {
      const { address, stop } = await start();
      const options = { service: address, cluster: newCluster() };
      const [one, other] = await Promise.all([joinGo('go', options), joinTs('ts', options)]);
      one.publish(workerNode('go'));
      other.publish(workerNode('ts'));
      await expectSeen(one, workerNode('ts'));
      await expectSeen(other, workerNode('go'));
      await stop();
      await start({ address });
      one.publish(controlPlaneNode('go'));
      other.publish(controlPlaneNode('ts'));
      await expectSeen(one, controlPlaneNode('ts'));
      await expectSeen(other, controlPlaneNode('go'));
    });
  });

  test.each([
    ['ours sends to the published service', startOurs, startTheirs],
    ['the published service sends to ours', startTheirs, startOurs],
  ])('meet where they are sent: %s', async (_, start, startNext) => {
    const { address: redirect } = await startNext();
    const { address: service } = await start({ redirect });
    const cluster = newCluster();
    const [sent, alsoSent, there] = await Promise.all([
      joinGo('go', { service, cluster }),
      joinTs('ts', { service, cluster }),
      joinTs('there', { service: redirect, cluster }),
    ]);
    sent.publish(controlPlaneNode('go'));
    alsoSent.publish(workerNode('ts'));
    await expectSeen(sent, workerNode('ts'));
    await expectSeen(alsoSent, controlPlaneNode('go'));
    await expectSeen(there, controlPlaneNode('go'), workerNode('ts'));
  });

  test('say anything that a node can say to each other', async () => {
    const { address: service } = await startOurs();
    const options = { service, cluster: newCluster() };
    const [one, other] = await Promise.all([joinGo('go', options), joinTs('ts', options)]);
    await fc.assert(
      fc.asyncProperty(anyPublication('go'), anyPublication('ts'), async (fromGo, fromTs) => {
        one.publish(fromGo);
        other.publish(fromTs);
        await expectSeen(other, fromGo);
        await expectSeen(one, fromTs);
        // Endpoints only ever add up, until a node leaves.
        one.leave();
        other.leave();
        await expectSeen(other);
        await expectSeen(one);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
