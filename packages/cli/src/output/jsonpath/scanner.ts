import { JsonPathError } from './template.ts';

/** What ends the name of a field or a word. */
const TERMINATORS = ' \t\r\n.,[]$@{}';

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Reads a text from left to right, a token at a time. */
export class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get done(): boolean {
    return this.#position >= this.#text.length;
  }

  get #char(): string {
    return this.#text.charAt(this.#position);
  }

  get atLineBreak(): boolean {
    return this.at('\n') || this.at('\r');
  }

  get atEndOfWord(): boolean {
    return this.done || TERMINATORS.includes(this.#char);
  }

  get atWordCharacter(): boolean {
    return /^[\p{L}\p{Nd}_]/u.test(this.#rest);
  }

  get atNumber(): boolean {
    return /^[-+\p{Nd}]/u.test(this.#rest);
  }

  get #rest(): string {
    return this.#text.slice(this.#position, this.#position + 2);
  }

  at(text: string): boolean {
    return this.#text.startsWith(text, this.#position);
  }

  /** Steps over `text` if it stands here. */
  skip(text: string): boolean {
    if (!this.at(text)) return false;
    this.#position += text.length;
    return true;
  }

  takeUntil(stop: (char: string) => boolean): string {
    const start = this.#position;
    while (!this.done && !stop(this.#char)) this.#position += 1;
    return this.#text.slice(start, this.#position);
  }

  takeWord(): string {
    return this.takeUntil((char) => TERMINATORS.includes(char));
  }

  /** A word in which a backslash makes any character a part of it. */
  takeEscapedWord(): string {
    let word = '';
    while (!this.atEndOfWord) {
      if (this.skip('\\') && this.done) break;
      word += this.#char;
      this.#position += 1;
    }
    return word;
  }

  takeNumber(): bigint | number {
    const sign = this.takeOne('+-');
    const text = sign + this.takeUntil((char) => !/[.\p{Nd}]/u.test(char));
    if (/^[-+]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
    const value = Number(text);
    if (text === sign || Number.isNaN(value)) throw new JsonPathError(`cannot parse number ${text}`);
    return value;
  }

  takeOne(chars: string): string {
    const char = this.#char;
    return char !== '' && chars.includes(char) && this.skip(char) ? char : '';
  }

  /** A quoted text with Go's escapes. */
  takeQuoted(): string {
    const quote = this.takeOne('\'"');
    const start = this.#position;
    let text = '';
    while (!this.at(quote)) {
      if (this.done || this.at('\n')) throw new JsonPathError('unterminated quoted string');
      if (this.skip('\\')) text += this.#takeEscape(quote, start);
      else text += this.takeUntil((char) => char === quote || char === '\\' || char === '\n');
    }
    this.skip(quote);
    return text;
  }

  #takeEscape(quote: string, start: number): string {
    const [, unicode, byte] = /^(?:u([\da-fA-F]{4})|x([\da-fA-F]{2}))/.exec(this.#text.slice(this.#position)) ?? [];
    const hex = unicode ?? byte;
    if (hex !== undefined) {
      this.#position += hex.length + 1;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const char = ESCAPES[this.#char];
    if (char === undefined) {
      const quoted = `${quote}${this.#text.slice(start)}`;
      throw new JsonPathError(`unquote string ${quoted.replace(/\}.*$/s, '')} error invalid syntax`);
    }
    this.#position += 1;
    return char;
  }

  /** What stands up to the closing bracket, quotes respected. */
  takeBrackets(): string {
    return this.#takeClosed(']', 'unterminated array');
  }

  /** What stands up to the closing parenthesis of a filter, which a bracket must follow. */
  takeFilter(): string {
    const text = this.#takeClosed(')', 'unterminated filter');
    if (!this.skip(']')) throw new JsonPathError('unclosed array expect ]');
    return text;
  }

  #takeClosed(close: string, unterminated: string): string {
    const start = this.#position;
    let quote = '';
    while (quote !== '' || this.#char !== close) {
      if (this.done || this.at('\n')) throw new JsonPathError(unterminated);
      const char = this.#char;
      if (quote === '') quote = char === '"' || char === "'" ? char : '';
      else if (char === '\\') this.#position += 1;
      else if (char === quote) quote = '';
      this.#position += 1;
    }
    const text = this.#text.slice(start, this.#position);
    this.skip(close);
    return text;
  }

  /** `U+007E '~'` */
  describeCharacter(): string {
    const code = this.#text.codePointAt(this.#position) ?? 0;
    return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${String.fromCodePoint(code)}'`;
  }
}
