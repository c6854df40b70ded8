import { CommandError } from '../io.ts';
import { evaluate } from '../output/jsonpath/evaluate.ts';
import { parseTemplate } from '../output/jsonpath/parse.ts';
import { JsonPathError, type Template } from '../output/jsonpath/template.ts';
import { displayText } from '../output/jsonpath/text.ts';
import { resourceValue, type OutputResource } from '../output/resource.ts';

/** Whether what is waited for is true of a resource; undefined stands for one that is not there. */
export type Condition = (resource: OutputResource | undefined) => boolean;

/**
 * Parses the argument of `--for`.
 *
 * @throws CommandError (exit code 2)
 */
export function parseCondition(text: string): Condition {
  if (text === 'exists') return (resource) => resource !== undefined;
  if (text === 'delete') return (resource) => resource === undefined;
  const phase = /^phase=(running|tearingDown)$/.exec(text)?.[1];
  if (phase !== undefined) return (resource) => resource?.metadata.phase === phase;
  const [, expression, value] = /^jsonpath=(.*\})=(.*)$/s.exec(text) ?? /^jsonpath=([^=]*)=(.*)$/s.exec(text) ?? [];
  if (expression !== undefined && value !== undefined) return jsonPathCondition(template(expression), value);
  throw new CommandError(
    `--for does not know ${JSON.stringify(text)}: write exists, delete, phase=running, phase=tearingDown or jsonpath='{.spec.x}'=VALUE`,
    { exitCode: 2 },
  );
}

/** As in kubectl the braces may be left out. */
function template(expression: string): Template {
  try {
    return parseTemplate(expression.includes('{') ? expression : `{${expression}}`);
  } catch (thrown) {
    if (!(thrown instanceof JsonPathError)) throw thrown;
    throw new CommandError(`error parsing jsonpath: ${thrown.message}`, { exitCode: 2 });
  }
}

function jsonPathCondition(path: Template, wanted: string): Condition {
  return (resource) => {
    if (resource === undefined) return false;
    try {
      const found = evaluate(path, resourceValue(resource, undefined), { allowMissing: true }).flat();
      return found.length > 0 && found.map((value) => (value === null ? '' : displayText(value))).join(' ') === wanted;
    } catch (thrown) {
      // Of a resource that is not yet as the expression has it, it is not true yet.
      if (thrown instanceof JsonPathError) return false;
      throw thrown;
    }
  };
}
