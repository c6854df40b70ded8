import type { PrintColumn } from '@cosi-ts/resources';
import type { OutputFormat } from './format.ts';
import { jsonPathText, jsonText, nameText } from './one-by-one.ts';
import type { OutputEvent, OutputResource } from './resource.ts';
import type { Write } from './table.ts';
import { tablePrinter } from './table-printer.ts';
import { yamlText } from './yaml-text.ts';

/** Prints the resources of one type, from one node or several, as they come. */
export interface Printer {
  /**
   * Prints a resource, or an event when watching.
   *
   * @throws CommandError for a resource that cannot be shown so; the next one still can.
   */
  resource(resource: OutputResource, event?: OutputEvent): void;
  /** When watching: what there was has been told, all together; from here on every event is shown at once. */
  bootstrapped(): void;
  /** Writes what is left. */
  end(): void;
}

/** What a printer needs to know of the type it prints; the spec of a resource definition will do. */
export interface PrintedType {
  /** Singular name: `Member`. */
  readonly displayType: string;
  readonly printColumns: readonly PrintColumn[];
}

export interface PrinterOptions {
  readonly write: Write;
  /** Events are printed, each with what happened. */
  readonly watch?: boolean;
  /** Someone is looking: a watched table's columns stay aligned. Elsewhere each event is aligned alone, as talosctl does. */
  readonly terminal?: boolean;
}

/**
 * The printer for a format.
 *
 * @throws CommandError if the type's columns cannot be understood.
 */
export function printer(format: OutputFormat, type: PrintedType, options: PrinterOptions): Printer {
  switch (format.kind) {
    case 'table':
    case 'wide':
      return tablePrinter(type, { ...options, wide: format.kind === 'wide' });
    case 'yaml':
      return eachAlone(options, yamlText());
    case 'json':
      return eachAlone(options, jsonText);
    case 'jsonpath':
      return eachAlone(options, jsonPathText(format.template));
    case 'name':
      return eachAlone(options, nameText);
  }
}

type TextOf = (resource: OutputResource, event: OutputEvent | undefined) => string;

/** A printer whose resources need not know of each other's widths. */
function eachAlone({ write, watch = false }: PrinterOptions, text: TextOf): Printer {
  return {
    resource: (resource, event) => write(text(resource, watch ? event : undefined)),
    bootstrapped() {},
    end() {},
  };
}
