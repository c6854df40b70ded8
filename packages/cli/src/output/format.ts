import { CommandError } from '../io.ts';
import { parseTemplate } from './jsonpath/parse.ts';
import { JsonPathError, type Template } from './jsonpath/template.ts';

/** What `-o` may ask for. */
export type OutputFormat =
  | { readonly kind: 'table' | 'wide' | 'yaml' | 'json' | 'name' }
  | { readonly kind: 'jsonpath'; readonly template: Template };

const OUTPUT_FORMATS = ['table', 'wide', 'yaml', 'json', 'jsonpath=EXPR', 'name'] as const;

/**
 * Parses the argument of `-o`.
 *
 * @throws CommandError (exit code 2) for a format that there is not, or an expression that is none.
 */
export function parseOutputFormat(text: string): OutputFormat {
  switch (text) {
    case 'table':
    case 'wide':
    case 'yaml':
    case 'json':
    case 'name':
      return { kind: text };
    default:
      if (text.startsWith('jsonpath=')) return { kind: 'jsonpath', template: parseExpression(text) };
      throw new CommandError(
        `output format ${JSON.stringify(text)} is not supported: use one of ${OUTPUT_FORMATS.join(', ')}`,
        { exitCode: 2 },
      );
  }
}

function parseExpression(text: string): Template {
  try {
    return parseTemplate(text.slice('jsonpath='.length));
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new CommandError(`error parsing jsonpath: ${error.message}`, { exitCode: 2 });
  }
}
