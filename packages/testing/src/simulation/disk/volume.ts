import type { Life, World } from '../world.ts';
import { Disk } from './disk.ts';

interface Watch {
  readonly path: string;
  readonly life: Life;
  readonly changed: () => void;
  isTold: boolean;
}

/** What the processes of a machine share: a disk, the locks on its files, and who watches them. */
export class Volume {
  readonly disk = new Disk();
  readonly #world: World;
  readonly #locks = new Map<string, Life>();
  readonly #watches = new Set<Watch>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Paths that a life holds a lock on. */
  locksOf(life: Life): readonly string[] {
    return [...this.#locks].filter(([, holder]) => holder === life).map(([path]) => path);
  }

  /** Who holds a lock; undefined if nobody does. */
  holder(path: string): Life | undefined {
    return this.#locks.get(path);
  }

  lock(path: string, life: Life): void {
    this.disk.touch(path);
    this.#locks.set(path, life);
  }

  unlock(path: string): void {
    this.#locks.delete(path);
  }

  /** @returns what ends it @throws FileError if there is no such directory */
  watch(path: string, life: Life, changed: () => void): () => void {
    if (life.ended) return () => undefined;
    this.disk.requireParent(path);
    const watch: Watch = { path, life, changed, isTold: false };
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /** A name has changed: whoever watches it is told once, however often it changes until then. */
  changed(path: string): void {
    for (const watch of this.#watches) {
      if (watch.path !== path || watch.isTold) continue;
      watch.isTold = true;
      const run = (): void => {
        watch.isTold = false;
        if (this.#watches.has(watch)) watch.changed();
      };
      this.#world.enqueue({ life: watch.life, label: `${path} changed`, run });
    }
  }

  /** A process is gone, and its locks and watches with it. */
  end(life: Life): void {
    for (const path of this.locksOf(life)) this.#locks.delete(path);
    for (const watch of this.#watches) if (watch.life === life) this.#watches.delete(watch);
  }
}
