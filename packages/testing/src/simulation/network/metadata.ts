import { RpcError, type CallOptions } from '@cosi-ts/core';

/** What a handler sees of a call's metadata. @throws RpcError `INVALID_ARGUMENT` for what HTTP cannot carry. */
export function readMetadata({ metadata = {} }: CallOptions): ReadonlyMap<string, readonly string[]> {
  const seen = new Map<string, readonly string[]>();
  for (const [name, given] of Object.entries(metadata)) {
    const key = name.toLowerCase();
    const values = typeof given === 'string' ? [given] : given;
    if (!/^[0-9a-z_.-]+$/.test(key)) throw new RpcError('INVALID_ARGUMENT', `metadata key "${name}" is not legal`);
    seen.set(key, key.endsWith('-bin') ? values.map(normalBase64) : values);
    if (key.endsWith('-bin') || values.every((value) => /^[ -~]*$/.test(value))) continue;
    throw new RpcError('INVALID_ARGUMENT', `metadata of "${name}" holds characters that are not legal`);
  }
  return seen;
}

function normalBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('base64');
}
