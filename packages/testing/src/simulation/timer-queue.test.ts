import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimerQueue, type Alarm } from './timer-queue.ts';

const adding = fc.record({ kind: fc.constant('add' as const), due: fc.nat(20) });
const removing = fc.record({ kind: fc.constantFrom('remove' as const, 'pop' as const), which: fc.nat() });

test('gives the earliest first, and among equals the oldest, whatever was taken out in between', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(adding, removing), { maxLength: 60 }), (commands) => {
      const queue = new TimerQueue<Alarm>();
      let model: Alarm[] = [];
      for (const [order, command] of commands.entries()) {
        if (command.kind === 'add') {
          const alarm = { due: command.due, order, slot: -1 };
          queue.add(alarm);
          model = [...model, alarm].sort((a, b) => a.due - b.due || a.order - b.order);
        } else {
          const alarm = command.kind === 'pop' ? model[0] : model[command.which % Math.max(1, model.length)];
          if (alarm === undefined) continue;
          expect(queue.remove(alarm)).toBe(true);
          expect(queue.remove(alarm)).toBe(false);
          model = model.filter((other) => other !== alarm);
        }
        expect(queue.first).toBe(model[0]);
        expect(queue.size).toBe(model.length);
      }
    }),
  );
});
