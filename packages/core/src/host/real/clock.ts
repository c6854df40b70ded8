import { timestampFromMillis, type Timestamp } from '../../time/timestamp.ts';
import type { Clock } from '../host.ts';

/** The system's clocks. What is written within one millisecond shares one text. */
export function realClock(): Clock {
  let millis = Number.NaN;
  let text: Timestamp;
  return {
    now() {
      const current = Date.now();
      if (current !== millis) {
        millis = current;
        text = timestampFromMillis(current);
      }
      return text;
    },
    millis: () => Date.now(),
    monotonic: () => performance.now(),
  };
}
