import { KubeSpanDeviceStatus, KubeSpanPeerSpec, KubeSpanPeerStatus } from '@cosi-ts/resources';
import { expect, onTestFinished, test } from 'vitest';
import { Lab, whyNoLab, type Machine } from './lab.ts';
import { LabNodes, specsOf, until } from './node.ts';

test.skipIf(whyNoLab() !== undefined)(
  'without the privilege the node runs, knows its peers, and says what is missing',
  async () => {
    const lab = await Lab.make();
    onTestFinished(() => lab.remove());
    const nodes = await LabNodes.make(lab);
    onTestFinished(() => nodes.end());
    const machine = await lab.machine('a', '10.77.0.1');
    const powerless: Machine = {
      ...machine,
      command: (program, ...args) =>
        machine.command('setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', program, ...args),
    };
    const a = await nodes.start(powerless, { name: 'node-a' });
    const b = await nodes.start(await lab.machine('b', '10.77.0.2'), { name: 'node-b' }, '--kubespan-device=none');
    await until(a, KubeSpanPeerSpec, (all) => [...all.values()].some(({ label }) => label === 'node-b'));
    const missing = 'the privilege to change the network (CAP_NET_ADMIN): run the node as root';
    const status = await until(a, KubeSpanDeviceStatus, (all) => all.size > 0);
    expect(status.get('kubespan')).toEqual({ state: 'missing', driver: '', missing: [missing] });
    expect(a.process.err().match(/KubeSpan has no device.*/g)).toEqual([expect.stringContaining(missing)]);
    expect(await a.cosi('get', 'kubespandevicestatuses')).toContain(missing);

    await until(b, KubeSpanPeerSpec, (all) => all.size === 1);
    expect((await specsOf(b, KubeSpanDeviceStatus))[0]?.state).toBe('off');
    for (const node of [a, b]) {
      expect(await specsOf(node, KubeSpanPeerStatus)).toEqual([]);
      expect(await node.machine.exec('ip', '-brief', 'link')).not.toContain('kubespan');
      expect(await node.machine.exec('nft', 'list', 'ruleset')).toBe('');
    }
  },
);
