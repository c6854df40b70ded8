import { FieldReader, RpcError, UNUSUAL } from '@cosi-ts/core';

/**
 * Most bytes of a request without the spec that it writes: names, labels, annotations and finalizers, or a query. As
 * much as Kubernetes allows annotations, and no more than can be read between two turns of the loop.
 */
const MAX_REQUEST = 256 * 1024;

/** Most bytes of the same that are left to the generated code, if a request is not as clients write it. */
const MAX_UNUSUAL = 32 * 1024;

/**
 * @param written the number of the field that holds the resource which is written, if the request has one
 * @throws RpcError `RESOURCE_EXHAUSTED`
 */
export function checkSize(bytes: Uint8Array, written?: number): void {
  if (bytes.length <= MAX_REQUEST || sizeOf(bytes, written) <= MAX_REQUEST) return;
  throw new RpcError(
    'RESOURCE_EXHAUSTED',
    `a request has at most ${MAX_REQUEST} bytes without the spec that it writes`,
  );
}

/** Whether a request that is not as clients write it may be looked at all the same. */
export function isSmall(written?: number): (bytes: Uint8Array) => boolean {
  return (bytes) => bytes.length <= MAX_UNUSUAL || sizeOf(bytes, written) <= MAX_UNUSUAL;
}

/** Bytes of a request without its spec; of one that is not as clients write it, all of them. */
function sizeOf(bytes: Uint8Array, written: number | undefined): number {
  if (written === undefined) return bytes.length;
  try {
    const resource = fieldOf(new FieldReader(bytes), written);
    const spec = resource && fieldOf(resource, 2);
    return bytes.length - (spec === undefined ? 0 : encodedIn(spec));
  } catch (thrown) {
    if (thrown !== UNUSUAL) throw thrown;
    return bytes.length;
  }
}

/** Few, so that nobody has us look for long. */
const MAX_FIELDS = 16;

function fieldOf(reader: FieldReader, field: number): FieldReader | undefined {
  for (let count = 0; count < MAX_FIELDS && reader.next(); count += 1) {
    if (reader.field === field) return reader.message();
  }
  return undefined;
}

/** Bytes of both encodings. */
function encodedIn(spec: FieldReader): number {
  let [proto, yaml] = [0, 0];
  for (let count = 0; count < MAX_FIELDS && spec.next(); count += 1) {
    if (spec.field === 1) proto = spec.length;
    else if (spec.field === 2) yaml = spec.length;
  }
  return proto + yaml;
}
