import { startCosi, type Ended } from '../process.ts';

export { COSI, startCosi as start, temporaryDirectory, type Running } from '../process.ts';

/** Runs a command to its end. */
export function cosi(...args: readonly string[]): Promise<Ended> {
  return startCosi(...args).ended;
}
