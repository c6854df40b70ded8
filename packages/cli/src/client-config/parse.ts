import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { CommandError } from '../io.ts';
import type { ClientConfig, ClientContext } from './client-config.ts';

/**
 * Parses a client configuration. Fields that it does not know are left alone.
 *
 * @param path names the file in errors, which never show what is in it.
 * @throws CommandError naming the file and the field.
 */
export function parseClientConfig(text: string, path: string): ClientConfig {
  // Everything is text here: a context may be called 1, a cluster `true`.
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) throw new CommandError(`${path}: no YAML${position(error.linePos)}`);
  const root = mapping(document.contents, { path, field: 'the file' });
  const contexts = mapping(root.get('contexts', true), { path, field: 'contexts' });
  return {
    context: textOf(root, 'context', { path, field: '' }) ?? '',
    contexts: new Map(
      contexts.items.map(({ key, value }) => [
        String(key),
        parseContext(value, { path, field: `contexts.${String(key)}` }),
      ]),
    ),
  };
}

/** Where in the file a value is. */
interface Place {
  readonly path: string;
  readonly field: string;
}

function parseContext(node: unknown, place: Place): ClientContext {
  const context = mapping(node, place);
  const target = textOf(context, 'target', place);
  const endpoints = listOf(context, 'endpoints', place);
  const fields = {
    ca: pemOf(context, 'ca', place),
    crt: pemOf(context, 'crt', place),
    key: pemOf(context, 'key', place),
    cluster: textOf(context, 'cluster', place),
    proxyUrl: textOf(context, 'proxy-url', place),
  };
  if ((fields.crt === undefined) !== (fields.key === undefined)) {
    throw refusal({ ...place, field: `${place.field}.${fields.key === undefined ? 'key' : 'crt'}` }, 'is missing');
  }
  return {
    // An old form had one endpoint, called the target.
    endpoints: target === undefined ? endpoints : [...endpoints, target],
    nodes: listOf(context, 'nodes', place),
    ...definedOf(fields),
  };
}

function definedOf<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

function mapping(node: unknown, place: Place): YAMLMap {
  if (isMap(node)) return node;
  if (isNothing(node)) return parseDocument('{}').contents as unknown as YAMLMap;
  throw refusal(place, 'is no mapping');
}

function textOf(map: YAMLMap, key: string, place: Place): string | undefined {
  const node = map.get(key, true) as unknown;
  if (isNothing(node)) return undefined;
  if (!isScalar(node)) throw refusal(within(place, key), 'is no text');
  return String(node.value);
}

function listOf(map: YAMLMap, key: string, place: Place): readonly string[] {
  const node = map.get(key, true) as unknown;
  if (isNothing(node)) return [];
  if (!isSeq(node) || !node.items.every(isScalar)) throw refusal(within(place, key), 'is no list of texts');
  return node.items.map((item) => String(item.value));
}

function pemOf(map: YAMLMap, key: string, place: Place): string | undefined {
  const encoded = textOf(map, key, place)?.replace(/\s/g, '');
  if (encoded === undefined) return undefined;
  const isBase64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(encoded);
  const pem = isBase64 ? Buffer.from(encoded, 'base64').toString('latin1') : '';
  if (!/-----BEGIN [A-Z\d ]+-----/.test(pem)) throw refusal(within(place, key), 'is no PEM in base64');
  return pem;
}

/** Absent, or present with nothing behind the colon, or an empty text. */
function isNothing(node: unknown): boolean {
  if (!isScalar(node)) return node === undefined || node === null;
  return node.value === '' || (node.type === 'PLAIN' && /^(?:~|null)$/.test(String(node.value)));
}

function within(place: Place, key: string): Place {
  return { ...place, field: place.field === '' ? key : `${place.field}.${key}` };
}

function refusal({ path, field }: Place, what: string): CommandError {
  return new CommandError(`${path}: ${field} ${what}`);
}

function position(linePos: readonly { line: number; col: number }[] | undefined): string {
  const [start] = linePos ?? [];
  return start === undefined ? '' : ` at line ${start.line}, column ${start.col}`;
}
