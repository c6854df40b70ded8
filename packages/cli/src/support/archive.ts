import { createTarPacker, type TarPackController } from 'modern-tar';

/** A file of an archive. */
export interface ArchiveFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Packs files as they come, in pieces of a `.tar.gz`; they belong to whoever unpacks them, and only to them. */
export async function* tarGz(files: AsyncIterable<ArchiveFile>, time: Date): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker();
  const packed = pack(files, time, controller);
  packed.catch((thrown: unknown) => controller.error(thrown));
  yield* readable.pipeThrough(new CompressionStream('gzip'));
  await packed;
}

async function pack(files: AsyncIterable<ArchiveFile>, time: Date, controller: TarPackController): Promise<void> {
  for await (const { path, text } of files) {
    const bytes = new TextEncoder().encode(text);
    const writer = controller.add({ name: path, size: bytes.length, mtime: time, mode: 0o600 }).getWriter();
    await writer.write(bytes);
    await writer.close();
  }
  controller.finalize();
}
