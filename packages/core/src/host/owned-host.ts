import { adopt } from '../owner/adopt.ts';
import { never, type Owner } from '../owner/owner.ts';
import { ownedRpc } from '../rpc/owned-rpc.ts';
import type { FileLock, FileWatch, FileWriter, Files } from './files.ts';
import type { Host, Timer, Timers } from './host.ts';

/**
 * The host as seen by what `owner` owns: timers end with the owner, and an answer never reaches code whose
 * owner was dropped.
 */
export function ownedHost(host: Host, owner: Owner): Host {
  return {
    clock: host.clock,
    random: host.random,
    log: host.log,
    pace: host.pace,
    gate: host.gate,
    timers: ownedTimers(host.timers, owner),
    files: ownedFiles(host.files, owner),
    rpc: ownedRpc(host.rpc, owner),
  };
}

function ownedTimers(timers: Timers, owner: Owner): Timers {
  return {
    after(millis, fire, options) {
      if (owner.isDropped) return { cancel: () => undefined };
      const cancel = (): void => {
        timer.cancel();
        detach();
      };
      // First, since a closed owner refuses: no timer may be left then.
      const detach = owner.attach({ close: cancel, drop: cancel });
      const timer: Timer = timers.after(
        millis,
        () => {
          detach();
          fire();
        },
        options,
      );
      return { cancel };
    },
  };
}

function ownedFiles(files: Files, owner: Owner): Files {
  /** A dead owner's code may still run to the end of its turn; it changes nothing any more. */
  const run = <T>(operation: () => Promise<T>): Promise<T> => (owner.isDropped ? never() : owner.guard(operation()));
  return {
    read: (path) => run(() => files.read(path)),
    create: (path, options) => run(() => ownedWriter(files.create(path, options), owner)),
    rename: (from, to) => run(() => files.rename(from, to)),
    remove: (path) => run(() => files.remove(path)),
    makeDirectory: (path, options) => run(() => files.makeDirectory(path, options)),
    list: (path) => run(() => files.list(path)),
    syncDirectory: (path) => run(() => files.syncDirectory(path)),
    lock: (path) => run(() => ownedLock(files.lock(path), owner)),
    watch(path, changed) {
      if (owner.isDropped) return { stop: () => undefined };
      let watch: FileWatch | undefined;
      const stop = (): void => {
        watch?.stop();
        detach();
      };
      const detach = owner.attach({ close: stop, drop: stop });
      try {
        watch = files.watch(path, changed);
      } catch (thrown) {
        detach();
        throw thrown;
      }
      return { stop };
    },
  };
}

async function ownedWriter(pending: Promise<FileWriter>, owner: Owner): Promise<FileWriter> {
  const { value: writer, detach } = await adopt(owner, pending, (writer) => ({
    close: () => writer.close(),
    drop: () => ignore(writer.close()),
  }));
  return {
    start: writer.start,
    write: (bytes) => (owner.isDropped ? never() : owner.guard(writer.write(bytes))),
    sync: () => (owner.isDropped ? never() : owner.guard(writer.sync())),
    close() {
      detach();
      return owner.guard(writer.close());
    },
  };
}

/** The system ends a crashed process's locks and open files; within one process, a drop has to. */
async function ownedLock(pending: Promise<FileLock>, owner: Owner): Promise<FileLock> {
  const { value: lock, detach } = await adopt(owner, pending, (lock) => ({
    close: () => lock.release(),
    drop: () => ignore(lock.release()),
  }));
  return {
    release() {
      detach();
      return owner.guard(lock.release());
    },
  };
}

function ignore(ending: Promise<void>): void {
  ending.catch(() => undefined);
}
