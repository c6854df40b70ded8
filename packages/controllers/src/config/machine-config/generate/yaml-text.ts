import { stringify } from 'yaml';

/** Writes a text as a YAML value on one line, in quotes where some reader, old or new, might take it for something else. */
export function yamlText(text: string): string {
  if (PLAIN.test(text)) return stringify(text, { lineWidth: 0, blockQuote: false, compat: 'yaml-1.1' }).trimEnd();
  return JSON.stringify(text).replaceAll(SPECIAL, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Words with single spaces between them. */
const PLAIN = /^[\u0021-\u007e]+(?: [\u0021-\u007e]+)*$/;
/** Spaces and line breaks that are not what they look like, to some readers. */
const SPECIAL = /[\u007f-\u00a0\u2028\u2029\ufeff]/g;
