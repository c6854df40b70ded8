import { Worker } from 'node:worker_threads';

export interface WatchdogOptions {
  /** Milliseconds without a turn of the event loop before it is told; 10 s by default. */
  readonly after?: number;
}

/** Milliseconds between two signs of life. */
const BEAT = 250;

/**
 * Watches the event loop from a thread of its own: when it stands still, a line on standard error says which functions
 * it stands in, although nothing in the process can run. It ends nothing. It keeps no process alive.
 */
export function startWatchdog({ after = 10_000 }: WatchdogOptions = {}): AsyncDisposable {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WORKER, { eval: true, workerData: { beats, after } });
  worker.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), BEAT).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}

/**
 * A text, so that it needs no file beside this one, and of whichever kind of module a process takes such for. The
 * debugger can look into a thread that never comes back.
 */
const WORKER = `
const { Session } = process.getBuiltinModule('node:inspector');
const { writeSync } = process.getBuiltinModule('node:fs');
const { beats, after } = process.getBuiltinModule('node:worker_threads').workerData;

let last = -1;
let since = Date.now();
let told = false;
setInterval(() => {
  const now = Atomics.load(beats, 0);
  if (now !== last) {
    last = now;
    since = Date.now();
    told = false;
  } else if (!told && Date.now() - since > after) {
    told = true;
    look();
  }
}, Math.min(after / 4, 1000));

function look() {
  const urls = new Map();
  const session = new Session();
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const place = ({ functionName, location }) =>
      (functionName || '(anonymous)') + ' (' + urls.get(location.scriptId) + ':' + (location.lineNumber + 1) + ')';
    const stack = params.callFrames.slice(0, 8).map(place).join(' < ');
    writeSync(2, 'the event loop has been standing still for ' + (Date.now() - since) + ' ms in ' + stack + '\\n');
    session.post('Debugger.disable', () => session.disconnect());
  });
  session.post('Debugger.enable', () => session.post('Debugger.pause'));
}
`;
