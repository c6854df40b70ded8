/** Milliseconds between two lines, and until the first. */
const EVERY = 5000;

/** Tells on standard error how far a campaign is: seldom, and not at all of one that is short. */
export function progressOf(name: string): (done: number, count: number) => void {
  const startedAt = performance.now();
  let told = startedAt;
  return (done, count) => {
    const now = performance.now();
    if (now - told < EVERY && !(done === count && told > startedAt)) return;
    told = now;
    const seconds = Math.round((now - startedAt) / 1000);
    process.stderr.write(`${name}: ${done} of ${count} runs, ${seconds} s\n`);
  };
}
