import { existsSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';
import { homedir } from 'node:os';
import path from 'node:path';

/** Runs the command: from its sources in a checkout, from what was built in a published package. */
export async function start() {
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

function checkoutCache() {
  return path.join(import.meta.dirname, '../../../node_modules/.cache/cosi-ts/compile');
}

/** Never in the shared temporary directory, where another user could plant code. */
function userCache() {
  const base = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(process.env.COSI_CACHE || path.join(base, 'cosi-ts'), 'compile');
}
