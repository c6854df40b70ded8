import { Session } from 'node:inspector/promises';

/** Counts the steps of our own code: calls of functions and rounds of loops. Nothing is optimized meanwhile. */
export class StepCounter implements AsyncDisposable {
  readonly #session = new Session();

  static async start(): Promise<StepCounter> {
    const counter = new StepCounter();
    counter.#session.connect();
    await counter.#session.post('Profiler.enable');
    await counter.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return counter;
  }

  /** Steps since the last count. */
  async count(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage');
    let steps = 0;
    for (const { url, functions } of result) {
      if (!/\/packages\/(?:core|resources|runtime)\//.test(url)) continue;
      for (const { ranges } of functions) {
        const calls = ranges[0]?.count ?? 0;
        steps += calls;
        // A block that runs as often as its function is not told apart from it; one that runs more often is a loop's.
        for (const { count } of ranges) steps += Math.max(0, count - calls);
      }
    }
    return steps;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }
}
