import { Buffer } from 'node:buffer';
import type { PublishedAffiliate } from './messages.ts';
import { text, textBytes } from './text.ts';

// The service's hot path. WatchResponse and ListResponse both hold affiliates as repeated field 1, and protobuf
// messages concatenate; so a response is its affiliates' entries, one after the other. Each entry is encoded once when
// its affiliate changes, and every watcher, snapshot and list is served from those bytes.

const AFFILIATES = tag(1);
const ID = tag(1);
const DATA = tag(2);
const ENDPOINT = tag(3);
const NO_BYTES: Uint8Array = new Uint8Array(0);
/** Field 2 of WatchResponse, a varint, true. */
const DELETED = Uint8Array.of((2 << 3) | 0, 1);

/**
 * The affiliate as field 1 of a response: by itself a whole WatchResponse that tells of one update, together with
 * others a part of a snapshot or a list.
 */
export function encodeEntry({ id, data, endpoints }: PublishedAffiliate): Uint8Array {
  const idLength = textBytes(text(id, 'sidero.discovery.server.Affiliate'));
  let length = optionalSize(idLength) + optionalSize(data.length);
  for (const endpoint of endpoints) length += fieldSize(endpoint.length);

  const entry = Buffer.allocUnsafeSlow(fieldSize(length));
  let at = writeHead(entry, 0, AFFILIATES, length);
  if (idLength > 0) at = writeText(entry, at, id, idLength);
  if (data.length > 0) at = writeField(entry, at, DATA, data);
  for (const endpoint of endpoints) at = writeField(entry, at, ENDPOINT, endpoint);
  return entry;
}

/**
 * What an entry was made of, without the id, which whoever keeps entries knows. The bytes are views into the entry.
 * Only for what {@link encodeEntry} made.
 */
export function readEntry(entry: Uint8Array): Omit<PublishedAffiliate, 'id'> {
  let data = NO_BYTES;
  const endpoints: Uint8Array[] = [];
  // The affiliate's own head comes first, its fields after it.
  let at = readLength(entry, 1).end;
  while (at < entry.length) {
    const field = entry[at];
    const { length, end: start } = readLength(entry, at + 1);
    at = start + length;
    if (field === DATA) data = entry.subarray(start, at);
    else if (field === ENDPOINT) endpoints.push(entry.subarray(start, at));
  }
  return { data, endpoints };
}

/** Whether an entry says more than what others say of the affiliate. */
export function hasData(entry: Uint8Array): boolean {
  return readEntry(entry).data.length > 0;
}

/** A snapshot or a list of these entries; of none, the message without bytes. */
export function joinEntries(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(entries);
}

/** A WatchResponse that tells of a deletion. */
export function encodeDeletion(id: string): Uint8Array {
  return Buffer.concat([encodeEntry({ id, data: new Uint8Array(0), endpoints: [] }), DELETED]);
}

function writeText(target: Buffer, start: number, value: string, length: number): number {
  const at = writeHead(target, start, ID, length);
  target.write(value, at, 'utf8');
  return at + length;
}

function writeField(target: Buffer, start: number, tag: number, value: Uint8Array): number {
  const at = writeHead(target, start, tag, value.length);
  target.set(value, at);
  return at + value.length;
}

function writeHead(target: Buffer, start: number, tag: number, length: number): number {
  let at = start;
  target[at++] = tag;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

function readLength(source: Uint8Array, start: number): { readonly length: number; readonly end: number } {
  let length = 0;
  let end = start;
  for (let shift = 0; ; shift += 7) {
    const byte = source[end++] ?? 0;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { length, end };
  }
}

function optionalSize(length: number): number {
  return length === 0 ? 0 : fieldSize(length);
}

function fieldSize(length: number): number {
  let size = 2 + length;
  for (let rest = length; rest > 0x7f; rest >>>= 7) size++;
  return size;
}

/** All fields here are length-delimited and have one-byte tags. */
function tag(field: number): number {
  return (field << 3) | 2;
}
