import { messageOf, type FileWriter, type Files, type Logger, type Owner } from '@cosi-ts/core';

export interface RotatingFileOptions {
  readonly files: Files;
  /** Where it is; the one before it lies beside it, as `PATH.1`. */
  readonly path: string;
  /** Bytes that it has at most. */
  readonly limit: number;
  /** Hears, once, that it cannot be written. */
  readonly log: Logger;
}

interface OpenFile {
  readonly writer: FileWriter;
  size: number;
}

/** Characters that wait to be written at most: a disk that is stuck must not fill the memory. */
const PATIENCE = 1024 * 1024;

/**
 * A file that lines are appended to. What is appended is written soon; when the file would become too long, it is put
 * aside, in place of the one that was before. It is opened at the first line. Whatever the disk does, no caller notices.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #pending: string[] = [];
  #waiting = 0;
  #lost = 0;
  #writing: Promise<void> | undefined;
  #open: OpenFile | undefined;
  #isBroken = false;
  #isEnded = false;

  /** @param owner writes what there is when it closes; lines that come later are lost */
  constructor(options: RotatingFileOptions, owner: Owner) {
    this.#options = options;
    owner.attach({ close: () => this.#close(), drop: () => this.#drop() });
  }

  /** @param line with its line break */
  append(line: string): void {
    if (this.#isEnded) return;
    if (this.#waiting + line.length > PATIENCE) {
      this.#lost += 1;
      return;
    }
    this.#pending.push(line);
    this.#waiting += line.length;
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const text = this.#take();
        await this.#write(new TextEncoder().encode(text));
        this.#isBroken = false;
      }
    } catch (thrown) {
      await this.#broken(thrown);
    }
    this.#writing = undefined;
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#options.log.warn('lines of the log are lost', { path: this.#options.path, lost });
  }

  /** After a failure it begins on a line of its own: half of another one may stand before it. */
  #take(): string {
    const text = (this.#isBroken ? '\n' : '') + this.#pending.join('');
    this.#pending = [];
    this.#waiting = 0;
    return text;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { files, path, limit } = this.#options;
    let open = (this.#open ??= await openAt(files, path));
    if (open.size > 0 && open.size + bytes.length > limit) {
      await open.writer.close();
      this.#open = undefined;
      await files.rename(path, `${path}.1`);
      open = this.#open = await openAt(files, path);
    }
    await open.writer.write(bytes);
    open.size += bytes.length;
  }

  /** What waits is lost; the next line tries again. */
  async #broken(thrown: unknown): Promise<void> {
    const { path, log } = this.#options;
    this.#take();
    if (!this.#isBroken) log.warn('the log cannot be written', { path, error: messageOf(thrown) });
    this.#isBroken = true;
    await this.#release();
  }

  async #close(): Promise<void> {
    await this.#writing;
    this.#isEnded = true;
    await this.#release();
  }

  #drop(): void {
    this.#isEnded = true;
    this.#take();
    void this.#release();
  }

  async #release(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.writer.close().catch(() => undefined);
  }
}

async function openAt(files: Files, path: string): Promise<OpenFile> {
  const writer = await files.create(path, { append: true });
  return { writer, size: writer.start };
}
