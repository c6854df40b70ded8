import { grpcRpc } from '../../rpc/grpc/grpc-rpc.ts';
import type { Host } from '../host.ts';
import { silentLogger, type Logger } from '../logger.ts';
import { realClock } from './clock.ts';
import { realFiles } from './files.ts';
import { realPace } from './pace.ts';
import { realRandom } from './random.ts';
import { realTimers } from './timers.ts';

export interface RealHostOptions {
  /** Silent by default. */
  readonly log?: Logger;
}

/** The real world. A process has one, since the budget of the event loop belongs to it. */
export function realHost({ log = silentLogger }: RealHostOptions = {}): Host {
  const pace = realPace(({ name, task }, ran, others) => {
    const or = others.map((other) => other.name).join(', ');
    log.warn('held the event loop', { controller: name, task, millis: Math.round(ran), ...(or === '' ? {} : { or }) });
  });
  return {
    clock: realClock(),
    timers: realTimers,
    random: realRandom,
    files: realFiles(log),
    rpc: grpcRpc(log, pace),
    log,
    pace,
  };
}
