import { doubleQuotedYaml, literalYaml, type BlockIndent } from '@cosi-ts/resources';
import type { Scalar } from 'yaml';

/**
 * A scalar in the style it was read in, as Go writes that style.
 *
 * @param inFlow whether it stands between brackets.
 */
export function styledScalar(node: Scalar, lines: BlockIndent, inFlow: boolean): string {
  const text = String(node.value);
  switch (node.type as Scalar.Type) {
    case 'QUOTE_DOUBLE':
      return doubleQuotedYaml(text);
    case 'QUOTE_SINGLE':
      return singleQuoted(text, lines);
    case 'BLOCK_LITERAL':
      return literalYaml(text, lines);
    case 'BLOCK_FOLDED':
      return literalYaml(unfold(text), lines).replace('|', '>');
    case 'PLAIN':
      return inFlow && QUOTED_IN_FLOW.test(text) ? singleQuoted(text, lines) : text;
  }
}

/** What Go quotes between brackets, even where it could do no harm; and nothing would be no value there. */
const QUOTED_IN_FLOW = /^$|[,?[\]{}:]/;

function singleQuoted(text: string, { column }: BlockIndent): string {
  const escaped = text.replaceAll("'", "''");
  return `'${escaped.replace(/\n+/g, (breaks) => `\n${breaks}${' '.repeat(column)}`)}'`;
}

/** A line break within folded text takes an empty line, except beside lines that begin with a space. */
function unfold(text: string): string {
  return text.replace(/([^\n])\n(?=[^\s])/g, (match, before: string, offset: number) => {
    const lineStart = text.lastIndexOf('\n', offset) + 1;
    return /^[ \t]/.test(text.slice(lineStart)) ? match : `${before}\n\n`;
  });
}
