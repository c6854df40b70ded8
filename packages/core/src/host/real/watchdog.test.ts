import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

test('a loop without end is told by name, from outside of it', async () => {
  const file = fileURLToPath(new URL('watchdog.ts', import.meta.url));
  const program = `
    import { startWatchdog } from ${JSON.stringify(file)};
    startWatchdog({ after: 300 });
    function neverEnding() { for (;;); }
    setTimeout(function reconcile() { neverEnding(); }, 500);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => {
    let text = '';
    child.stderr.on('data', (data) => {
      text += String(data);
      const found = /the event loop has been .*\n/.exec(text);
      if (found !== null) resolve(found[0]);
    });
  });
  expect(line).toMatch(/^the event loop has been standing still for \d+ ms in neverEnding \(.*\) < reconcile \(/);
});

test('a process that ends is not kept from it', async () => {
  const file = fileURLToPath(new URL('watchdog.ts', import.meta.url));
  const program = `
    import { startWatchdog } from ${JSON.stringify(file)};
    startWatchdog();
    await using watchdog = startWatchdog();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
});
