import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from './yaml-text.ts';

describe('a text in YAML', () => {
  test.prop([fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.string())])(
    'is one line that old and new readers take for that text',
    (text) => {
      const written = `key: ${yamlText(text)} # comment\n`;
      expect(written.match(/[\r\n\u0085\u2028\u2029]/g)).toEqual(['\n']);
      expect(parse(written)).toEqual({ key: text });
      expect(parse(written, { version: '1.1' })).toEqual({ key: text });
    },
  );

  test.each([
    ['172.20.0.2/16', '172.20.0.2/16'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000/'],
    ['8e:13:71:af:7c:94', '8e:13:71:af:7c:94'],
    ['12:13:14:15:16:17', '"12:13:14:15:16:17"'],
    ['2001:db8::1/64', '2001:db8::1/64'],
    ['yes', '"yes"'],
    ['0123', '"0123"'],
    ['', '""'],
    ['\u00a0', '"\\u00a0"'],
    ['a: b', '"a: b"'],
  ])('%j is written %s', (text, written) => {
    expect(yamlText(text)).toBe(written);
  });
});
