import type { Sample } from '../../clock.ts';
import type { Contestant, Floor } from '../services/start-service.ts';
import { micros, millis } from './format.ts';

type Measure = (contestant: Contestant) => Promise<Sample>;

const FLOORS: readonly Floor[] = ['grpc-js', 'http2'];

/** The same work by the plainest services there are, told beside ours: what is below them is not ours to save. */
export function besideFloors(measure: Measure): Measure {
  return async (contestant) => {
    const sample = await measure(contestant);
    if (contestant !== 'ours') return sample;
    const floors: Record<string, string> = {};
    for (const floor of FLOORS) {
      const { value, cpu, details } = await measure(floor);
      const delay = details?.['loop delay p99'];
      floors[`plain on ${floor}`] =
        `${time(value)}, CPU ${time(cpu)}${delay === undefined ? '' : `, loop delay p99 ${delay}`}, ` +
        `of its time ${(value / sample.value).toFixed(2)}×, by CPU ${(cpu / sample.cpu).toFixed(2)}×`;
    }
    return { ...sample, details: { ...sample.details, ...floors } };
  };
}

/** @param nanos nanoseconds */
function time(nanos: number): string {
  return nanos < 1e6 ? micros(nanos) : millis(nanos / 1e6);
}
