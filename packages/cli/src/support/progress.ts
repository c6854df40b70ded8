import type { TextSink } from '../io.ts';

/** What goes on, in one line that rewrites itself where somebody looks on, and nowhere else. */
export class Progress {
  readonly #sink: TextSink;

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  show(text: string): void {
    const { isTerminal, columns = 80 } = this.#sink;
    if (isTerminal) this.#sink.write(`\r\u001B[K${text.slice(0, columns - 1)}`);
  }

  end(): void {
    if (this.#sink.isTerminal) this.#sink.write('\r\u001B[K');
  }
}
