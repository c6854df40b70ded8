import { StringDecoder } from 'node:string_decoder';

/** Characters of one line; a Node is at most 1.5 MiB, as etcd keeps it. */
const MAX_LINE = 16 * 1024 * 1024;

/** The lines of a stream, pulled. What is behind the last line's end is none. */
export function lineReader(stream: AsyncIterable<unknown>): { next(): Promise<string | undefined> } {
  const lines = linesOf(stream);
  return {
    async next() {
      const { value, done } = await lines.next();
      return done === true ? undefined : value;
    },
  };
}

async function* linesOf(stream: AsyncIterable<unknown>): AsyncGenerator<string, undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const parts = decoder.write(chunk as Buffer).split('\n');
    // A line of many chunks is put together once.
    parts[0] = rest + (parts[0] ?? '');
    rest = parts.pop() ?? '';
    for (const line of parts) if (line.trim() !== '') yield line;
    if (rest.length > MAX_LINE) throw new Error('a line is too long');
  }
  return undefined;
}
