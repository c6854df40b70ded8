// Loaded into a process from without (`--import`): how long its loop did not turn, by the processor time that its thread
// used meanwhile, so that a machine that is busy with others does not count. Asked by SIGUSR2, it tells and begins anew.

const used = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

let [longest, before, asked] = [0, used(), 0];
setInterval(() => {
  const now = used();
  longest = Math.max(longest, now - before);
  before = now;
}, 1).unref();

process.on('SIGUSR2', () => {
  longest = Math.max(longest, used() - before);
  process.stderr.write(`longest turn ${(asked += 1)}: ${longest.toFixed(1)} ms\n`);
  [longest, before] = [0, used()];
});
