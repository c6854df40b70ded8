import type { Listing, Pace } from '@cosi-ts/core';
import type { LabelQuestion, Labels, Resource } from '@cosi-ts/resources';
import type { Query } from './query.ts';
import { sliceOf } from './slice.ts';

/** Those that match, in their order; the loop turns now and then if they are many. @throws as {@link Query.matches} */
export async function select(listing: Listing<Resource>, query: Query, pace: Pace): Promise<readonly Resource[]> {
  const { length } = listing.values;
  const selected: Resource[] = [];
  const idAt = (index: number): string => (listing.values[index] as Resource).metadata.id;
  const ask = query.question === undefined ? byResource(listing, query, selected) : byLabels(listing, query, selected);
  for (let from = 0; from < length;) {
    const to = from + sliceOf(query, from, length, idAt);
    ask(from, to);
    from = to;
    const turn = from < length ? pace.yield() : undefined;
    if (turn !== undefined) await turn;
  }
  return selected;
}

type Ask = (from: number, to: number) => void;

function byResource({ values }: Listing<Resource>, query: Query, selected: Resource[]): Ask {
  return (from, to) => {
    for (let index = from; index < to; index += 1) {
      const resource = values[index] as Resource;
      if (query.matches(resource)) selected.push(resource);
    }
  };
}

/** Labels side by side: the first query finds them, all others look only into resources that match. */
function byLabels(listing: Listing<Resource>, query: Query, selected: Resource[]): Ask {
  const { values, column } = listing;
  const question = query.question as LabelQuestion;
  const known = column?.pick === labelsOf ? (column.parts as readonly Labels[]) : undefined;
  const parts: Labels[] = [];
  return (from, to) => {
    for (let index = from; index < to; index += 1) {
      const labels = known?.[index] ?? labelsOf(values[index] as Resource);
      if (known === undefined) parts.push(labels);
      if (labels.ask(question) && query.matches(values[index] as Resource)) selected.push(values[index] as Resource);
    }
    if (parts.length === values.length) listing.column = { pick: labelsOf, parts };
  };
}

function labelsOf({ metadata }: Resource): Labels {
  return metadata.labels;
}
