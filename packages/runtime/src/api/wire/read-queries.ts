import { fromBinary } from '@bufbuild/protobuf';
import { onlyMessage, orGenerated, type FieldReader } from '@cosi-ts/core';
import { ListRequestSchema, WatchRequestSchema } from '../../gen/cosi/resource/state_pb.ts';
import { InvalidQueryError } from '../../state/errors.ts';
import type { WireQuery, WireSelection, WireTerm } from './query.ts';
import { isSmall } from './request-size.ts';

// Requests that may select, read by hand: of what was made to take long no more is read than is looked at.

export interface ListFields {
  readonly namespace: string;
  readonly type: string;
  readonly options?: WireSelection | undefined;
}

export interface WatchFields {
  readonly namespace: string;
  readonly type: string;
  readonly id?: string | undefined;
  readonly apiVersion: number;
  readonly options?: WatchOptionFields | undefined;
}

export interface WatchOptionFields extends WireSelection {
  readonly bootstrapContents: boolean;
  readonly bootstrapBookmark: boolean;
  readonly tailEvents: number;
  readonly aggregated: boolean;
  readonly startFromBookmark?: Uint8Array | undefined;
}

/** @throws Error if malformed, InvalidQueryError */
export const readListRequest: (bytes: Uint8Array) => ListFields = orGenerated<ListFields>(
  (reader) => {
    let [namespace, type] = ['', ''];
    let options: WireSelection | undefined;
    while (reader.next()) {
      if (reader.field === 1) namespace = reader.text();
      else if (reader.field === 2) type = reader.text();
      else if (reader.field === 3) options = readListOptions(onlyMessage(options, reader));
    }
    return { namespace, type, options };
  },
  (bytes) => fromBinary(ListRequestSchema, bytes, { readUnknownFields: false }),
  isSmall(),
);

/** @throws Error if malformed, InvalidQueryError */
export const readWatchRequest: (bytes: Uint8Array) => WatchFields = orGenerated<WatchFields>(
  (reader) => {
    let [namespace, type, apiVersion] = ['', '', 0];
    let id: string | undefined;
    let options: WatchOptionFields | undefined;
    while (reader.next()) {
      if (reader.field === 1) namespace = reader.text();
      else if (reader.field === 2) type = reader.text();
      else if (reader.field === 3) id = reader.text();
      else if (reader.field === 4) options = readWatchOptions(onlyMessage(options, reader));
      else if (reader.field === 5) apiVersion = reader.int32();
    }
    return { namespace, type, id, apiVersion, options };
  },
  (bytes) => fromBinary(WatchRequestSchema, bytes, { readUnknownFields: false }),
  isSmall(),
);

function readListOptions(reader: FieldReader): WireSelection {
  const labels = new LabelQueries();
  let idQuery: WireSelection['idQuery'];
  while (reader.next()) {
    if (reader.field === 1) labels.read(reader.message());
    else if (reader.field === 2) idQuery = readIdQuery(onlyMessage(idQuery, reader));
  }
  return { labelQuery: labels.queries, idQuery };
}

function readWatchOptions(reader: FieldReader): WatchOptionFields {
  const labels = new LabelQueries();
  let [bootstrapContents, bootstrapBookmark, aggregated, tailEvents] = [false, false, false, 0];
  let idQuery: WireSelection['idQuery'];
  let startFromBookmark: Uint8Array | undefined;
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) bootstrapContents = reader.number() !== 0;
    else if (field === 2) tailEvents = reader.int32();
    else if (field === 3) labels.read(reader.message());
    else if (field === 4) idQuery = readIdQuery(onlyMessage(idQuery, reader));
    else if (field === 5) aggregated = reader.number() !== 0;
    else if (field === 6) startFromBookmark = reader.bytes();
    else if (field === 7) bootstrapBookmark = reader.number() !== 0;
  }
  const selection = { labelQuery: labels.queries, idQuery };
  return { ...selection, bootstrapContents, bootstrapBookmark, aggregated, tailEvents, startFromBookmark };
}

function readIdQuery(reader: FieldReader): { readonly regexp: string } {
  let regexp = '';
  while (reader.next()) {
    if (reader.field === 1) regexp = reader.text();
  }
  return { regexp };
}

/** More than anybody needs, and few enough to be looked at between two turns of the loop. */
const MAX_TERMS = 10_000;

/** The label queries of one request, counted as they are read. */
class LabelQueries {
  readonly queries: WireQuery[] = [];
  #count = 0;

  read(reader: FieldReader): void {
    this.#add();
    const terms: WireTerm[] = [];
    while (reader.next()) {
      if (reader.field === 1) terms.push(this.#readTerm(reader.message()));
    }
    this.queries.push({ terms });
  }

  #readTerm(reader: FieldReader): WireTerm {
    this.#add();
    let [key, op, invert] = ['', 0, false];
    const value: string[] = [];
    while (reader.next()) {
      if (reader.field === 1) key = reader.text();
      else if (reader.field === 2) op = reader.int32();
      else if (reader.field === 5) invert = reader.number() !== 0;
      else if (reader.field === 3) {
        this.#add();
        value.push(reader.text());
      }
    }
    return { key, op, value, invert };
  }

  #add(): void {
    this.#count += 1;
    if (this.#count > MAX_TERMS) throw new InvalidQueryError(`a label query has at most ${MAX_TERMS} terms and values`);
  }
}
