import type { Row, Suite } from '../suite.ts';
import { goVersion, goProgram } from '../../interop/go-programs.ts';
import { fanOut } from './rows/fan-out.ts';
import { besideFloors } from './rows/floors.ts';
import { join } from './rows/join.ts';
import { affiliate, idleWatcher } from './rows/memory.ts';
import { update } from './rows/update.ts';

const times = (name: string, per: string, target: number | undefined, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'ns',
  ...(target !== undefined && { target }),
  measure,
});

const bytes = (name: string, per: string, target: number, measure: Row['measure']): Row => ({
  name,
  per,
  unit: 'B',
  target,
  measure,
});

export const suite: Suite = {
  samples: 1,
  rival: {
    prepare: async () => {
      if (goVersion === undefined) throw new Error('there is no `go` on this machine');
      await goProgram('discovery', 'github.com/siderolabs/discovery-service/cmd/discovery-service');
    },
  },
  rows: [
    times('update-w0', 'call', 0.6, update({ watchers: 0, changes: true, besideEmpty: true })),
    times('update-w100', 'call', 1, update({ watchers: 100, changes: true })),
    times('refresh-w0', 'call', undefined, update({ watchers: 0, changes: false })),
    times('refresh-w100', 'call', undefined, update({ watchers: 100, changes: false })),
    times('fanout-w1', 'notification', 1, besideFloors(fanOut(1))),
    times('fanout-w100', 'notification', 1, besideFloors(fanOut(100))),
    times('fanout-w1000', 'notification', 1, besideFloors(fanOut(1000))),
    times('flood-w1', 'call', undefined, update({ watchers: 1, changes: true, flood: true })),
    times('flood-w100', 'call', undefined, update({ watchers: 100, changes: true, flood: true })),
    times('flood-w1000', 'call', undefined, update({ watchers: 1000, changes: true, flood: true })),
    times('join-n100', 'join', 1, besideFloors(join({ clusters: 1, nodes: 100, atOnce: 100 }))),
    times('join-n500', 'join', 1, besideFloors(join({ clusters: 1, nodes: 500, atOnce: 500 }))),
    times('join-n1000', 'join', 1, besideFloors(join({ clusters: 1, nodes: 1000, atOnce: 1000 }))),
    times('join-c1000n10', 'join', 1, besideFloors(join({ clusters: 1000, nodes: 10, atOnce: 1000 }))),
    bytes('idle-own', 'watch', 1, idleWatcher({ shared: false })),
    bytes('idle-shared', 'watch', 1, idleWatcher({ shared: true })),
    bytes('affiliate-608', 'affiliate', 1.47, affiliate),
  ],
};
