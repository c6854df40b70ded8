import { SchemaError } from '../../resource/errors.ts';

/** `kubespan.endpoints`; a name that could be misread is quoted: `labels["a.b"]`. */
export function joinPath(path: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** @throws SchemaError for the first key of the object that is not one of the names. */
export function rejectUnknownKeys(object: object, names: ReadonlySet<string>, path: string): void {
  for (const key of Object.keys(object)) {
    if (!names.has(key)) throw new SchemaError(joinPath(path, key), 'there is no such field');
  }
}
