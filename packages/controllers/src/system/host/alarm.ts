import type { Host } from '@cosi-ts/core';
import type { StartContext } from '@cosi-ts/runtime';

/** Wakes a controller after a while, as long as it runs. There is one time at most: setting another one replaces it. */
export interface Alarm {
  /** @param millis from now; undefined: not at all */
  set(millis: number | undefined): void;
}

/** An alarm that nobody waits for: it neither keeps the process alive nor counts as work. */
export function alarm({ owner, wake }: Pick<StartContext, 'owner' | 'wake'>, timers: Host['timers']): Alarm {
  let cancel = (): void => undefined;
  owner.attach({ close: () => cancel(), drop: () => cancel() });
  return {
    set(millis) {
      cancel();
      if (millis === undefined || owner.isEnded) return;
      const timer = timers.after(millis, wake, { background: true });
      cancel = () => timer.cancel();
    },
  };
}
