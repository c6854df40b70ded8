import { withoutFraction } from '@cosi-ts/core';
import { formatVersion, type Metadata, type PrintColumn } from '@cosi-ts/resources';
import { CommandError } from '../io.ts';
import { evaluate } from './jsonpath/evaluate.ts';
import { parseTemplate } from './jsonpath/parse.ts';
import { JsonPathError } from './jsonpath/template.ts';
import { foundText } from './jsonpath/text.ts';
import type { PrintedType, Printer, PrinterOptions } from './printer.ts';
import { specValue, type OutputEvent } from './resource.ts';
import { table } from './table.ts';
import type { YamlValue } from './yaml/value.ts';

interface WideColumn {
  readonly title: string;
  cell(metadata: Metadata): string;
}

/** What `-o wide` adds behind the type's own columns. */
const WIDE: readonly WideColumn[] = [
  { title: 'PHASE', cell: ({ phase }) => phase },
  { title: 'OWNER', cell: ({ owner }) => owner },
  { title: 'UPDATED', cell: ({ updated }) => withoutFraction(updated) },
  { title: 'FINALIZERS', cell: ({ finalizers }) => finalizers.join(',') },
  { title: 'LABELS', cell: ({ labels }) => [...labels].map(([key, value]) => `${key}=${value}`).join(',') },
];

const MARKS: Readonly<Record<OutputEvent, string>> = { created: '+', updated: ' ', destroyed: '-' };

/** A row a resource; when watching, a row an event, which says what happened in the column `*`. */
export function tablePrinter(type: PrintedType, options: PrinterOptions & { readonly wide: boolean }): Printer {
  const watch = options.watch ?? false;
  const wide = options.wide ? WIDE : [];
  const cells = type.printColumns.map(columnCell);
  const rows = table(options.write, { keepWidths: watch && (options.terminal ?? false) });
  let atOnce = false;
  rows.row([
    'NODE',
    ...(watch ? ['*'] : []),
    'NAMESPACE',
    'TYPE',
    'ID',
    'VERSION',
    ...type.printColumns.map(({ name }) => name.toUpperCase()),
    ...wide.map(({ title }) => title),
  ]);
  return {
    resource(resource, event = 'updated') {
      const { metadata } = resource;
      const spec = specValue(resource);
      rows.row([
        resource.node,
        ...(watch ? [MARKS[event]] : []),
        metadata.namespace,
        type.displayType,
        metadata.id,
        formatVersion(metadata.version),
        ...cells.map((cell) => cell(spec)),
        ...wide.map(({ cell }) => cell(metadata)),
      ]);
      if (atOnce) rows.flush();
    },
    bootstrapped() {
      atOnce = true;
      rows.flush();
    },
    end: () => rows.flush(),
  };
}

function columnCell({ name, jsonPath }: PrintColumn): (spec: YamlValue) => string {
  try {
    const template = parseTemplate(jsonPath);
    return (spec) => cellText(template, spec);
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new CommandError(`error parsing column ${JSON.stringify(name)} jsonpath: ${error.message}`);
  }
}

/** What a column does not find, an element beyond the end of a list too, leaves its cell empty: the row is still true. */
function cellText(template: ReturnType<typeof parseTemplate>, spec: YamlValue): string {
  try {
    return foundText(evaluate(template, spec, { allowMissing: true }));
  } catch (error) {
    if (error instanceof JsonPathError) return '';
    throw error;
  }
}
