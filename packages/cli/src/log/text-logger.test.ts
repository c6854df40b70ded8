import { expect, test } from 'vitest';
import { textLogger } from './text-logger.ts';

test('what others say stays on its line, and does nothing to a terminal', () => {
  let written = '';
  const sink = { isTerminal: false, columns: undefined, write: (text: string) => void (written += text) };
  const log = textLogger(sink, 'info');
  log.warn('said', { plain: 'abc', escape: '\u001b[31mred', c1: '\u009b31m', line: 'a\nb', quote: 'a"b' });
  log.debug('not written');
  expect(written).toBe(
    String.raw`warn  said plain=abc escape="\u001b[31mred" c1="\u009b31m" line="a\nb" quote="a\"b"` + '\n',
  );
});
