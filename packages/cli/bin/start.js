import { existsSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Runs the command: from its sources in a checkout, from what was built in a published package. */
export async function start() {
  const [command, verb] = process.argv.slice(2);
  if ((command === 'discovery' || command === 'state') && verb === 'serve') stayLean();
  const sources = new URL('../src/main.ts', import.meta.url);
  const inCheckout = existsSync(sources);
  // A cache of compiled code halves the start-up time; without one everything works as well, only slower.
  enableCompileCache(inCheckout ? checkoutCache() : userCache());
  if (inCheckout) preferSources();
  // For whoever maintains the libraries; this is for whoever runs the command.
  process.noDeprecation = true;
  const { main } = await import(inCheckout ? sources.href : '../dist/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

/** Lets every package of the workspace be found by its sources, which Node runs by removing the types. */
function preferSources() {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('@cosi-ts/')
        ? next(specifier, { ...context, conditions: [...context.conditions, '@cosi-ts/source'] })
        : next(specifier, context),
  });
}

/**
 * Begins anew, as the same process, with 16 MB for what is young instead of 64: that buys a service of small messages
 * nothing, and can be said only when Node starts. Whoever sets it themselves, as by NODE_OPTIONS, has it their way.
 */
function stayLean() {
  const flag = '--max-semi-space-size';
  const isSet = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes(flag));
  if (!isSet && process.execve !== undefined && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, `${flag}=16`, ...process.execArgv, ...process.argv.slice(1)]);
  }
  // By itself the heap may grow fourfold before it is cleaned up. Some 40 MB are enough, and a third of what is large.
  setInterval(() => {
    const percent = Math.max(30, Math.round((40 * 2 ** 20 * 100) / getHeapStatistics().used_heap_size));
    setFlagsFromString(`--heap-growing-percent=${percent}`);
  }, 1000).unref();
}

function checkoutCache() {
  return path.join(import.meta.dirname, '../../../node_modules/.cache/cosi-ts/compile');
}

/** Never in the shared temporary directory, where another user could plant code. */
function userCache() {
  const base = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(process.env.COSI_CACHE || path.join(base, 'cosi-ts'), 'compile');
}
