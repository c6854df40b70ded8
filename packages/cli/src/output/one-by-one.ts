import { CommandError } from '../io.ts';
import { indentedJson } from './json.ts';
import { evaluate } from './jsonpath/evaluate.ts';
import { JsonPathError, type Template } from './jsonpath/template.ts';
import { displayText } from './jsonpath/text.ts';
import { resourceValue, type OutputEvent, type OutputResource } from './resource.ts';
import type { YamlValue } from './yaml/value.ts';

/** One JSON object a resource; they stand in no list, so that a watch can print them too. */
export function jsonText(resource: OutputResource, event: OutputEvent | undefined): string {
  return `${indentedJson(resourceValue(resource, event))}\n`;
}

/** What an expression finds in that object, each value on a line of its own. */
export function jsonPathText(template: Template) {
  return (resource: OutputResource, event: OutputEvent | undefined): string => {
    try {
      const found = evaluate(template, resourceValue(resource, event), { allowMissing: false }).flat();
      return found.map((value) => `${valueText(value)}\n`).join('');
    } catch (error) {
      if (!(error instanceof JsonPathError)) throw error;
      throw new CommandError(`error finding result for jsonpath: ${error.message}`);
    }
  };
}

/** `members.cluster.talos.dev/<id>`: the complete type, which is no alias of another, and the id. */
export function nameText({ metadata }: OutputResource): string {
  return `${metadata.type.toLowerCase()}/${metadata.id}\n`;
}

function valueText(value: YamlValue): string {
  if (value === null) return '<nil>';
  return typeof value === 'object' ? indentedJson(value) : displayText(value);
}
