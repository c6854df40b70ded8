import type { Owner } from '../owner/owner.ts';
import { ownedRpc } from '../rpc/owned-rpc.ts';
import type { FileLock, FileWriter, Files } from './files.ts';
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
      const timer: Timer = timers.after(
        millis,
        () => {
          detach();
          fire();
        },
        options,
      );
      const cancel = (): void => {
        timer.cancel();
        detach();
      };
      const detach = owner.attach({ close: cancel, drop: () => timer.cancel() });
      return { cancel };
    },
  };
}

function ownedFiles(files: Files, owner: Owner): Files {
  return {
    read: (path) => owner.guard(files.read(path)),
    create: async (path, options) => ownedWriter(await owner.guard(files.create(path, options)), owner),
    rename: (from, to) => owner.guard(files.rename(from, to)),
    remove: (path) => owner.guard(files.remove(path)),
    makeDirectory: (path, options) => owner.guard(files.makeDirectory(path, options)),
    list: (path) => owner.guard(files.list(path)),
    syncDirectory: (path) => owner.guard(files.syncDirectory(path)),
    lock: async (path) => ownedLock(await owner.guard(files.lock(path)), owner),
    watch(path, changed) {
      const watch = files.watch(path, changed);
      const stop = (): void => {
        watch.stop();
        detach();
      };
      const detach = owner.attach({ close: stop, drop: () => watch.stop() });
      return { stop };
    },
  };
}

function ownedWriter(writer: FileWriter, owner: Owner): FileWriter {
  return {
    write: (bytes) => owner.guard(writer.write(bytes)),
    sync: () => owner.guard(writer.sync()),
    close: () => owner.guard(writer.close()),
  };
}

function ownedLock(lock: FileLock, owner: Owner): FileLock {
  const release = async (): Promise<void> => {
    detach();
    await lock.release();
  };
  // The system ends a crashed process's locks; within one process, a drop has to.
  const detach = owner.attach({ close: release, drop: () => void lock.release() });
  return { release };
}
