import { Buffer } from 'node:buffer';
import { messageSpace } from '@cosi-ts/core';
import { asBuffer, NOTHING, packPart, unpack, writePacked, type Packed } from './packed.ts';
import { text, textBytes } from './text.ts';

// The service's hot path. WatchResponse and ListResponse both hold affiliates as repeated field 1, and protobuf
// messages concatenate; so a response is its affiliates' entries, one after the other. Each entry is encoded once when
// its affiliate changes, and every watcher, snapshot and list is served from it.

/** What is published of an affiliate, packed. */
export interface PackedContent {
  /** Sealed affiliate; empty if nobody but its peers has spoken of it. */
  readonly data: Packed;
  /** Sealed endpoints, in the order in which they were first seen. */
  readonly endpoints: readonly Packed[];
}

const AFFILIATES = tag(1);
const ID = tag(1);
const DATA = tag(2);
const ENDPOINT = tag(3);
/** Field 2 of WatchResponse, a varint, true. */
const DELETED = Uint8Array.of((2 << 3) | 0, 1);

/**
 * The affiliate as field 1 of a response: by itself a whole WatchResponse that tells of one update, together with
 * others a part of a snapshot or a list.
 */
export function packEntry(id: string, { data, endpoints }: PackedContent): Packed {
  const idLength = textBytes(text(id, 'sidero.discovery.server.Affiliate'));
  let length = optionalSize(idLength) + optionalSize(data.length);
  for (const endpoint of endpoints) length += fieldSize(endpoint.length);

  const entry = Buffer.allocUnsafe(fieldSize(length));
  let at = writeHead(entry, 0, AFFILIATES, length);
  if (idLength > 0) at = writeText(entry, at, id, idLength);
  if (data.length > 0) at = writeField(entry, at, DATA, data);
  for (const endpoint of endpoints) at = writeField(entry, at, ENDPOINT, endpoint);
  return packPart(entry, 0, at);
}

/** What an entry was made of, without the id, which whoever keeps entries knows. Only for what {@link packEntry} made. */
export function readEntry(entry: Packed): PackedContent {
  let data = NOTHING;
  const endpoints: Packed[] = [];
  for (const fields = new EntryFields(entry); fields.next();) {
    if (fields.tag === DATA) data = entry.slice(fields.start, fields.end) as Packed;
    else if (fields.tag === ENDPOINT) endpoints.push(entry.slice(fields.start, fields.end) as Packed);
  }
  return { data, endpoints };
}

/** Whether an entry has just these endpoints, in this order. */
export function hasEndpoints(entry: Packed, endpoints: readonly Packed[]): boolean {
  let found = 0;
  for (const fields = new EntryFields(entry); fields.next();) {
    if (fields.tag !== ENDPOINT) continue;
    const endpoint = endpoints[found];
    if (endpoint === undefined || !fields.holds(endpoint)) return false;
    found += 1;
  }
  return found === endpoints.length;
}

export function hasSameData(entry: Packed, data: Packed): boolean {
  for (const fields = new EntryFields(entry); fields.next();) if (fields.tag === DATA) return fields.holds(data);
  return data.length === 0;
}

/** Whether an entry says more than what others say of the affiliate. */
export function hasData(entry: Packed): boolean {
  return countOf(entry, DATA) > 0;
}

export function countEndpoints(entry: Packed): number {
  return countOf(entry, ENDPOINT);
}

/** A snapshot or a list of these entries; of none, the message without bytes. */
export function joinEntries(entries: readonly Packed[]): Uint8Array {
  let length = 0;
  for (const entry of entries) length += entry.length;
  const joined = asBuffer(messageSpace(length));
  let at = 0;
  for (const entry of entries) at = writePacked(entry, joined, at);
  return joined;
}

/** The same in parts of about so many bytes, each made when it is asked for, with how many bytes come after it. */
export function* joinedParts(
  entries: readonly Packed[],
  size: number,
): Generator<readonly [part: Uint8Array, left: number]> {
  let left = entries.reduce((total, entry) => total + entry.length, 0);
  for (let start = 0; start < entries.length || start === 0;) {
    let end = start;
    for (let length = 0; end < entries.length && length < size; end += 1) length += entries[end]?.length ?? 0;
    const part = joinEntries(entries.slice(start, end));
    left -= part.length;
    yield [part, left];
    start = Math.max(end, 1);
  }
}

/** A WatchResponse that tells of a deletion. */
export function encodeDeletion(id: string): Uint8Array {
  return Buffer.concat([unpack(packEntry(id, { data: NOTHING, endpoints: [] })), DELETED]);
}

function countOf(entry: Packed, tag: number): number {
  let count = 0;
  for (const fields = new EntryFields(entry); fields.next();) if (fields.tag === tag) count += 1;
  return count;
}

/** Walks through the fields of an entry, one after the other. */
class EntryFields {
  readonly #entry: Packed;
  /** Of the field that was come to last, whose value is from `start` to `end`. */
  tag = 0;
  start = 0;
  end: number;

  constructor(entry: Packed) {
    this.#entry = entry;
    // The affiliate's own head comes first.
    this.end = 1 + sizeOfLength(readLength(entry, 1));
  }

  /** @returns false at the end */
  next(): boolean {
    if (this.end >= this.#entry.length) return false;
    this.tag = this.#entry.charCodeAt(this.end);
    const length = readLength(this.#entry, this.end + 1);
    this.start = this.end + 1 + sizeOfLength(length);
    this.end = this.start + length;
    return true;
  }

  /** Whether that is the field's value. */
  holds(value: Packed): boolean {
    return value.length === this.end - this.start && this.#entry.slice(this.start, this.end) === value;
  }
}

function writeText(target: Buffer, start: number, value: string, length: number): number {
  const at = writeHead(target, start, ID, length);
  target.write(value, at, 'utf8');
  return at + length;
}

function writeField(target: Buffer, start: number, tag: number, value: Packed): number {
  return writePacked(value, target, writeHead(target, start, tag, value.length));
}

function writeHead(target: Buffer, start: number, tag: number, length: number): number {
  let at = start;
  target[at++] = tag;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) target[at++] = (rest & 0x7f) | 0x80;
  target[at++] = rest;
  return at;
}

function readLength(source: Packed, start: number): number {
  let length = 0;
  for (let at = start, shift = 0; ; at += 1, shift += 7) {
    const byte = source.charCodeAt(at);
    length |= (byte & 0x7f) << shift;
    if (!(byte >= 0x80)) return length;
  }
}

function optionalSize(length: number): number {
  return length === 0 ? 0 : fieldSize(length);
}

function fieldSize(length: number): number {
  return 1 + sizeOfLength(length) + length;
}

function sizeOfLength(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest >>>= 7) size += 1;
  return size;
}

/** All fields here are length-delimited and have one-byte tags. */
function tag(field: number): number {
  return (field << 3) | 2;
}
