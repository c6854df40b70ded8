import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));

/** Runs this command again under the Node that the repository brings, and ends the way that one ends. */
export async function runWithOwnNode(floor) {
  const node = findNode(HERE, floor);
  if (node === undefined) {
    process.stderr.write(
      `cosi: needs Node ${floor} or newer, this is ${process.version}: install one, or run 'npm ci' in the checkout, which brings its own.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  const sent = forwardSignals(child);
  const { code, signal } = await ended(child);
  if (signal === null) {
    process.exitCode = code;
    return;
  }
  sent.stop();
  process.kill(process.pid, sent.interrupted() && signal === 'SIGTERM' ? 'SIGINT' : signal);
}

/** The nearest Node of at least `floor` in a `node_modules` of this directory or one above. */
function findNode(from, floor) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const packages = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  for (let directory = from; ; directory = path.dirname(directory)) {
    const modules = path.join(directory, 'node_modules');
    const candidates = [
      path.join(modules, '.bin', file),
      ...packages.map((name) => path.join(modules, name, 'bin', file)),
    ];
    const found = candidates.find((candidate) => existsSync(candidate) && majorOf(candidate) >= floor);
    if (found !== undefined) return found;
    if (path.dirname(directory) === directory) return undefined;
  }
}

/** Read from the package, not by running it, so that a Node that is too old can never start itself in a circle. */
function majorOf(candidate) {
  try {
    const manifest = path.join(path.dirname(realpathSync(candidate)), '..', 'package.json');
    return Number(JSON.parse(readFileSync(manifest, 'utf8')).version.split('.')[0]);
  } catch {
    return 0;
  }
}

/**
 * Passes on what only this process received. A Ctrl-C reaches the child from the terminal as well, and a second SIGINT
 * means "at once" to it: so an interrupt is passed on as SIGTERM, which asks for the same clean end and is not counted.
 */
function forwardSignals(child) {
  let interrupted = false;
  const handlers = {
    SIGINT: () => {
      interrupted = true;
      child.kill('SIGTERM');
    },
    SIGTERM: () => child.kill('SIGTERM'),
    SIGHUP: () => child.kill('SIGHUP'),
  };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  return {
    interrupted: () => interrupted,
    stop: () => {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    },
  };
}

function ended(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}
